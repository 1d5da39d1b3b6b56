/** Anywhere in a name, whatever divides its words. */
const SECRET_LETTERS =
  /secret|passw(?:or)?d|passphrase|passcode|token|credential|private|connectionstring|basicauth|(?:access|account|admin|api|app|auth|client|consumer|crypt(?:o|ion)?|deploy|encryption|function|hmac|ingest(?:ion)?|jwt|licen[cs]e|master|root|service|session|shared|sign(?:ing|ature)?|ssh|storage|subscription|webhook|write)keys?/;
/** As a name's last word. */
const SECRET_WORDS = new Set(
  'pass pwd pw psw pswd cred creds hmac jwt otp totp salt pepper psk sas authorization bearer'.split(' '),
);
/** A name that ends in one of these is of something about a secret, and of no secret: `tokenTtl`, `SECRET_ARN`. */
const ABOUT_WORDS = new Set(
  (
    'algorithm alg api apis arn arns at audience authorizer bucket cache cidr count created date days dir disabled ' +
    'dns domain enabled endpoint endpoints expiration expression expires expiry field file filename format function header ' +
    'headers host hostname hours ip ips issuer lambda length limit limits link location manager max min minutes mode ' +
    'ms name names network optional param parameter path paths policies policy prefix provider queue region required ' +
    'role rotation scope scopes seconds service size source state status store stream subnet subnets suffix table ' +
    'topic ttl type types updated uri uris url urls validator validity version vpc zone'
  ).split(' '),
);
/** Most names are none: letters of all of the above. */
const SCREEN =
  /secret|pass|pw|ps[kw]|cred|token|private|key|connection|auth|hmac|jwt|otp|salt|pepper|sas|bearer/i;
/** Names are looked at by their end: what is longer is hardly one. */
const LOOKED_AT = 200;

/** Whether a name says that its value is a secret: `DB_PASS`, `signing-key`, `oauth.token2`. */
export function isSecretName(name: string): boolean {
  if (!SCREEN.test(name)) return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (SECRET_WORDS.has(last)) return true;
  if (ABOUT_WORDS.has(last) || (last === 'id' && words.at(-2) !== 'secret')) return false;
  return SECRET_LETTERS.test(words.join(''));
}

/** Whether a name says that its number is a time, a count or the like, and no secret even among secrets. */
export function isAboutSecret(name: string): boolean {
  return ABOUT_WORDS.has(wordsOf(name).at(-1) ?? '');
}

function wordsOf(name: string): string[] {
  return name
    .slice(-LOOKED_AT)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

const HARMLESS = [
  // Nothing, yes or no, or that there is none.
  /^(?:|REDACTED|true|false|yes|no|on|off|none|null|nil|undefined|n\/a|enabled|disabled|required|optional|\*+|x{3,}|\.+)$/i,
  // A reference that somebody else fills in: of API Gateway, of a template, of CloudFormation.
  /^(?:\$(?:context|input|util|stageVariables)\b[\w.()'$-]{0,200}|\$?\{[^{}]{1,200}\}|\{\{[^{}]{1,300}\}\}|<[a-z][\w -]{0,60}>)$/i,
  // A mapping from what was called with. [API Gateway developer guide, "Request and response data mappings"]
  /^(?:(?:method|integration)\.(?:request|response)\.[a-z]{1,30}|context|stageVariables)\b[\w.$[\]'-]{0,200}$/i,
  // The name of a secret that AWS keeps.
  /^arn:aws[a-z-]{0,20}:[a-z0-9-]{1,40}:[a-z0-9-]{0,40}:\d{0,12}:[\w/:.+=@*-]{1,300}$/,
];

/** Whether a value is no secret even under the name of one. */
export function isHarmless(value: string): boolean {
  return value.length <= 500 && HARMLESS.some((pattern) => pattern.test(value));
}
