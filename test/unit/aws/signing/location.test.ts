import { describe, expect, test } from 'vitest';
import { locateService, variantOf } from '../../../../src/aws/signing/location.ts';
import type { Profile, Variables } from '../../../../src/aws/signing/profile.ts';
import { UsageError } from '../../../../src/errors.ts';

const own = 'http://localhost:4566';
const general = 'https://aws.example/base';

function profileWith(settings: Variables, services?: Profile['services']): Profile {
  return { name: 'team', isNamed: true, isThere: true, settings, services };
}

const none = profileWith({});

describe('the endpoint', () => {
  test.each<[Variables, string | undefined]>([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL_API_GATEWAY: own }, `${own}/`],
    [{ AWS_ENDPOINT_URL: general }, general],
    [{ AWS_ENDPOINT_URL_API_GATEWAY: own, AWS_ENDPOINT_URL: general }, `${own}/`],
    [{ AWS_ENDPOINT_URL_API_GATEWAY: '', AWS_ENDPOINT_URL: general }, general],
    [{ AWS_ENDPOINT_URL: '' }, undefined],
    [{ AWS_ENDPOINT_URL_S3: own }, undefined],
    [{ AWS_ENDPOINT_URL: general, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' }, undefined],
    [{ AWS_ENDPOINT_URL: general, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, general],
    [{ AWS_ENDPOINT_URL: 'x', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
  ])('by %j is %s', (env, href) => {
    expect(locateService(env, none).endpoint?.href).toBe(href);
  });

  test.each([
    'http://user:pass-word@localhost',
    'localhost:4566',
    'ftp://localhost',
    'http://',
    'file:///etc/passwd',
    'x',
  ])('cannot be %s', (text) => {
    const remedy = 'it is no http or https URL without a user. Correct or unset it.';
    const places: [Variables, Profile, string][] = [
      [{ AWS_ENDPOINT_URL: text }, none, 'AWS_ENDPOINT_URL'],
      [{}, profileWith({ endpoint_url: text }), "'endpoint_url' of profile 'team'"],
      [
        {},
        profileWith({}, { name: 'mine', settings: { 'api_gateway.endpoint_url': text } }),
        "the services section 'mine'",
      ],
    ];
    for (const [env, profile, where] of places)
      expect(() => locateService(env, profile)).toThrow(
        new UsageError(`Cannot forward to what ${where} says: ${remedy}`),
      );
  });

  test.each([
    [{ AWS_USE_FIPS_ENDPOINT: 'true' }, {}, 'AWS_USE_FIPS_ENDPOINT'],
    [{ AWS_USE_DUALSTACK_ENDPOINT: 'true' }, {}, 'AWS_USE_DUALSTACK_ENDPOINT'],
    [{}, { use_fips_endpoint: 'true' }, "'use_fips_endpoint' of profile 'team'"],
    [{}, { use_dualstack_endpoint: 'TRUE' }, "'use_dualstack_endpoint' of profile 'team'"],
  ])('cannot be together with %j %j', (env: Variables, settings: Variables, where) => {
    expect(() => locateService({ ...env, AWS_ENDPOINT_URL: own }, profileWith(settings))).toThrow(
      `Cannot forward to what AWS_ENDPOINT_URL says: ${where} asks for an endpoint of AWS's own besides`,
    );
  });
});

describe('which of the endpoints of AWS', () => {
  test.each<[Variables, Variables, boolean, boolean]>([
    [{}, {}, false, false],
    [{ AWS_USE_FIPS_ENDPOINT: 'TRUE' }, { use_fips_endpoint: 'false' }, true, false],
    [{ AWS_USE_FIPS_ENDPOINT: '' }, { use_fips_endpoint: 'true' }, true, false],
    [{ AWS_USE_FIPS_ENDPOINT: 'false' }, { use_fips_endpoint: 'true' }, false, false],
    [{ AWS_USE_DUALSTACK_ENDPOINT: 'true' }, {}, false, true],
    [{}, { use_dualstack_endpoint: 'true', region: 'fips-us-east-1' }, true, true],
    [{ AWS_REGION: 'us-gov-west-1-fips' }, { region: 'us-east-1' }, true, false],
    [{ AWS_REGION: 'us-east-1' }, { region: 'us-east-1-fips' }, false, false],
  ])('%j %j asks for: FIPS %s, dual stack %s', (env, settings, fips, dualStack) => {
    expect(variantOf(env, profileWith(settings))).toEqual({ fips, dualStack });
  });

  test.each([
    [{ AWS_USE_FIPS_ENDPOINT: 'yes' }, {}, 'AWS_USE_FIPS_ENDPOINT'],
    [{}, { use_fips_endpoint: '1' }, "'use_fips_endpoint' of profile 'team'"],
    [{ AWS_USE_DUALSTACK_ENDPOINT: 'on' }, {}, 'AWS_USE_DUALSTACK_ENDPOINT'],
    [{ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: '1' }, {}, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
  ])('cannot be told of %j %j', (env: Variables, settings: Variables, where) => {
    expect(() => locateService(env, profileWith(settings))).toThrow(
      `Cannot tell what ${where} asks for: it is`,
    );
  });
});
