import * as z from 'zod';

/** The JSON Schema of what may be given, before it is read. */
export function inputSchema(type: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input' });
  return schema;
}
