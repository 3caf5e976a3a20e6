const envWord = /PASSWORD|SECRET|TOKEN|PRIVATE_KEY/;
const envPath = /_(PATH|FILE|FROM_FILE)$/;
const keyWord = /(^|_)(pass|passwd|password|private_key|secret|secret_key|shared_secret|token)$/;

/**
 * Whether an environment variable's value is a secret by its name, unless it says where the secret stands.
 */
export function isSecretVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return envWord.test(upper) && !envPath.test(upper);
}

/**
 * Whether the value under a key of a configuration file is a secret: `registration_shared_secret`,
 * `clientSecret`.
 */
export function isSecretKey(key: string): boolean {
  const snake = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
  return keyWord.test(snake);
}

/**
 * Whether a value stands for itself: not empty, no switch, and not only a reference to be filled in later.
 */
export function isLiteral(value: unknown): boolean {
  if (typeof value === 'number') return true;
  if (typeof value !== 'string') return false;
  const trimmed = value.trim();
  if (trimmed === '' || /^(true|false)$/i.test(trimmed)) return false;
  return !/^(\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\{\{.*\}\})$/.test(trimmed);
}

/** A private key in PEM form. */
export const privateKey = /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----/;

/** A URL with a password in it that is no placeholder. */
export const passwordInUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:(?![$<{%])[^\s/:@"']+@/;
