/**
 * Where to ask whether restage answers, beneath the prefix: with `GET` or `HEAD`, without the admin token and from anywhere.
 * The answer tells nothing else, and begins no session.
 */
export const HEALTH_PATH = '/health';
export const HEALTHY = {};
