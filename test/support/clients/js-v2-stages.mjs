import APIGateway from 'aws-sdk/clients/apigateway.js';
import { answerQuestions, viewOf } from './answer-questions.mjs';

await answerQuestions(({ endpoint, ...input }) =>
  viewOf(new APIGateway({ endpoint }).getStages(input).promise()),
);
