import { serviceErrors } from '../aws/apigateway/service-error.ts';
import { type FaultKind, olderName } from './fault-kind.ts';
import { empty, malformed, wrongLength, wrongType } from './kinds/body.ts';
import { latency } from './kinds/latency.ts';
import { drop, emptyList, extraField, missingField, stale, unknownEnum } from './kinds/listing.ts';
import { answering, throttling } from './kinds/service-error.ts';
import { status } from './kinds/status.ts';
import { drip, hang, reset, truncate } from './kinds/transport.ts';

/** Every kind of fault by its name. Another one is another row. */
export const faultKinds: Readonly<Record<string, FaultKind>> = {
  throttle: throttling(
    '429 TooManyRequestsException',
    'throttle,first=2,retry-after=1',
    serviceErrors.tooManyRequests,
  ),
  'limit-exceeded': throttling(
    '429 LimitExceededException',
    'limit-exceeded,every=5',
    serviceErrors.limitExceeded,
  ),
  'not-found': answering('404 NotFoundException', 'not-found,api=a1b2c3d4e5', serviceErrors.notFound),
  'bad-request': answering('400 BadRequestException', 'bad-request,times=1', serviceErrors.badRequest),
  unauthorized: answering('401 UnauthorizedException', 'unauthorized,after=3', serviceErrors.unauthorized),
  'access-denied': answering(
    '403 AccessDeniedException',
    'access-denied,region=eu-west-1',
    serviceErrors.accessDenied,
  ),
  'expired-token': answering(
    '403 ExpiredTokenException',
    'expired-token,after=10',
    serviceErrors.expiredToken,
  ),
  conflict: answering('409 ConflictException', 'conflict,first=1,per=key', serviceErrors.conflict),
  internal: answering('500 InternalFailure', 'internal,p=0.1', serviceErrors.internal),
  unavailable: answering(
    '503 ServiceUnavailableException',
    'unavailable,after=5,first=10',
    serviceErrors.unavailable,
  ),
  status,
  latency,
  hang,
  reset,
  truncate,
  drip,
  malformed,
  empty,
  'wrong-length': wrongLength,
  'wrong-type': wrongType,
  stale,
  drop,
  'empty-list': emptyList,
  'missing-field': missingField,
  'unknown-enum': unknownEnum,
  'extra-field': extraField,
  'drop-stage': olderName('drop', drop, 'drop-stage,stage-name=prod'),
};
