import { withBody } from '../aws/apigateway/key.ts';
import type { Identified } from '../aws/apigateway/operations.ts';
import { readRequestBody } from '../aws/apigateway/request-body.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Context } from './context.ts';

/** Whether what a call sends along is part of its key, and was not looked at yet. */
export function isIncomplete({ asked, sent }: Context): boolean {
  return asked.operation?.keyNeeds === 'body' && sent === undefined;
}

/** The context with the whole key. Redacted first: a secret must neither be stored nor keep a recording from being found. */
export async function complete(context: Context, redact: Redactor): Promise<Context> {
  const { asked, call } = context;
  if (asked.key === undefined) return context;
  const raw = readRequestBody(call.body);
  if (typeof raw.notUnderstood === 'string')
    return withAsked(context, { name: asked.name, notUnderstood: raw.notUnderstood });
  const redacted = Object.keys(raw).length === 0 ? raw : await redact(raw, asked.operation.sent);
  return { ...withAsked(context, { ...asked, key: withBody(asked.key, redacted) }), sent: { raw, redacted } };
}

function withAsked(context: Context, asked: Identified): Context {
  return { ...context, asked, sent: { raw: {}, redacted: {} } };
}
