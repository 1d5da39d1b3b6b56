import { createInterface } from 'node:readline';

/**
 * Answers each question, a line of JSON on stdin, with one line on stdout.
 * A question holds `endpoint` or `proxy`, `restApiId`, and perhaps `deploymentId`.
 */
export async function answerQuestions(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}

/** What a client of the AWS SDKs makes of a call: the names of the stages, or the name of its error. */
export async function viewOf(answered) {
  try {
    const { item = [] } = await answered;
    return { stages: item.map(({ stageName }) => stageName) };
  } catch (error) {
    return { error: error.name };
  }
}
