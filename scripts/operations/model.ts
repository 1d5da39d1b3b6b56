import { readFileSync } from 'node:fs';
import * as apiGateway from '@aws-sdk/client-api-gateway';
import * as apiGatewayV2 from '@aws-sdk/client-apigatewayv2';
import { NormalizedSchema } from '@smithy/core/schema';
import { z } from 'zod';

/** An operation as the packages have it. */
export interface ModelOperation {
  readonly version: 1 | 2;
  readonly name: string;
  readonly method: string;
  /** With its parameters by their wire names. */
  readonly path: string;
  readonly fixedQuery: string | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/**
 * The models: of the client that is kept up to date, and of the one before it, which is not, but alone tells how the
 * service calls the parameters of its paths (`restapi_id`, where the client says `restApiId`).
 */
const SERVICES = [
  {
    version: 1,
    client: apiGateway,
    package: '@aws-sdk/client-api-gateway',
    wirePaths: 'apigateway-2015-07-09',
    wireLabel: (label: string) => label.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  },
  {
    version: 2,
    client: apiGatewayV2,
    package: '@aws-sdk/client-apigatewayv2',
    wirePaths: 'apigatewayv2-2018-11-29',
    wireLabel: (label: string) => label.charAt(0).toLowerCase() + label.slice(1),
  },
] as const;
const MODELS_OF_PATHS = 'aws-sdk';

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];
const operationSchema = z.tuple([
  z.literal(9),
  z.string(),
  z.string(),
  z.object({ http: z.tuple([z.string(), z.string(), z.number()]) }),
  z.custom<SchemaRef>(),
  z.custom<SchemaRef>(),
]);
const wirePathModel = z.object({
  operations: z.record(z.string(), z.object({ http: z.object({ requestUri: z.string() }) })),
});

/** Every operation of both versions of the API. */
export function readModels(): ModelOperation[] {
  return SERVICES.flatMap(({ version, client, wirePaths, wireLabel }) => {
    const file = `node_modules/${MODELS_OF_PATHS}/apis/${wirePaths}.min.json`;
    const known = wirePathModel.parse(JSON.parse(readFileSync(file, 'utf8'))).operations;
    return Object.values(client).flatMap((exported) => {
      const schema = operationSchema.safeParse(exported);
      if (!schema.success) return [];
      const [, , name, { http }, input, output] = schema.data;
      const [method, uri] = http;
      const labelled = known[name]?.http.requestUri ?? uri.replace(/(?<=\{)[^}]+/g, wireLabel);
      if (shapeOf(labelled) !== shapeOf(uri)) throw new Error(`the models differ on the path of ${name}`);
      const [path = '', fixedQuery] = labelled.split('?');
      return [
        {
          version,
          name,
          method,
          path,
          fixedQuery,
          input: NormalizedSchema.of(input),
          output: NormalizedSchema.of(output),
        },
      ];
    });
  });
}

/** The packages that the models are of, each with its version. */
export function describeSources(): string[] {
  return [...SERVICES.map((service) => service.package), MODELS_OF_PATHS].map((name) => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')));
    return `${name} ${version}`;
  });
}

function shapeOf(path: string): string {
  return path.replace(/\{[^}]+\}/g, '{}');
}
