import aws4 from 'aws4';

/** A program that asks for HAL and follows links: it signs by itself, as `curl --aws-sigv4` would. */
const endpoint = new URL(process.env.AWS_ENDPOINT_URL_API_GATEWAY ?? '');
const path = `/restapis/${process.argv[2]}/stages`;
const { headers = {} } = aws4.sign(
  { host: endpoint.host, path, service: 'apigateway', region: 'us-east-1' },
  {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  },
);
const response = await fetch(new URL(path, endpoint), { headers: headers as Record<string, string> });
const { _links, _embedded } = (await response.json()) as { _links: object; _embedded: { item: object[] } };
console.log(JSON.stringify({ type: response.headers.get('content-type'), _links, stages: _embedded.item }));
