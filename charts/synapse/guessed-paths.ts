/**
 * Where strangers try passwords, make accounts, look for names and tokens that are taken, and have mails sent: what a
 * door limits if it limits anything. Single sign-on begins elsewhere, and nobody can guess there.
 *
 * @see https://spec.matrix.org/latest/client-server-api/#account-registration-and-management
 */
export const GUESSED_PATHS = [
  '^/_matrix/client/(api/v1|r0|v3|unstable)/(login|register|account/password)$',
  '^/_matrix/client/(r0|v1|v3|unstable)/(register|account/password)/',
  '^/_matrix/client/(r0|v3|unstable)/account/3pid/(email|msisdn)/requestToken$',
] as const;
