/** Where well-known answers live below the server name's host. */
export const WELL_KNOWN_PREFIX = '/.well-known/matrix/';

/** Other servers and the call service check a user's identity here, on the server name's own host. */
export const OPENID_USERINFO = '/_matrix/federation/v1/openid/userinfo';
