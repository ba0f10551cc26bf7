// npm's openid-client, told by lines of JSON on standard input what to do; one line of JSON answers each.
// It listens on loopback for logout tokens, and verifies them by the provider's keys as the specification says.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { createRemoteJWKSet, exportJWK, jwtVerify } from "jose";
import * as openid from "openid-client";

const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
const loggedOut = [];
let config, callback, keys, clientId, ownKey;

async function verifyLogoutToken(token) {
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: config.serverMetadata().issuer, audience: clientId, maxTokenAge: "2m",
    requiredClaims: ["iat", "exp", "jti", "events"], algorithms: ["RS256"] });
  if ("nonce" in payload) throw new Error("a logout token has no nonce");
  if (typeof payload.events[LOGOUT_EVENT] !== "object") throw new Error("not the event of back-channel logout");
  if (!payload.sub && !payload.sid) throw new Error("neither sub nor sid");
  return { ...payload, typ: protectedHeader.typ };
}

function receive(request, response) {
  if (request.method === "GET") return response.end("arrived");
  let body = "";
  request.on("data", (piece) => { body += piece; });
  request.on("end", async () => {
    try {
      const token = new URLSearchParams(body).get("logout_token");
      loggedOut.push({ ...await verifyLogoutToken(token), path: request.url, at: Date.now() });
      response.writeHead(200).end();
    } catch (error) {
      loggedOut.push({ refused: String(error) });
      response.writeHead(400).end();
    }
  });
}

const server = createServer(receive);

const told = (tokens) => ({ ...tokens, claims: tokens.claims() });

const commands = {
  listen: () => new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ port: server.address().port }));
  }),
  async makeKey() {
    ownKey = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    return { ...await exportJWK(ownKey.publicKey), kid: "own", use: "sig", alg: "ES256" };
  },
  async discover(given) {
    const byKey = () => openid.PrivateKeyJwt({ key: ownKey.privateKey, kid: "own" });
    const proofs = { none: openid.None, key: byKey, post: () => openid.ClientSecretPost(given.secret) };
    config = await openid.discovery(new URL(given.issuer), given.client, given.secret, proofs[given.proof]?.(),
      { execute: [openid.allowInsecureRequests] });
    openid.enableNonRepudiationChecks(config);
    ({ callback, client: clientId } = given);
    keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri), { cooldownDuration: 0 });
    return config.serverMetadata();
  },
  async begin({ parameters }) {
    const verifier = openid.randomPKCECodeVerifier(), state = openid.randomState(), nonce = openid.randomNonce();
    const address = openid.buildAuthorizationUrl(config, {
      redirect_uri: callback, scope: "openid profile email offline_access", state, nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...parameters });
    return { address: address.href, verifier, state, nonce };
  },
  async finish({ address, begun, maxAge }) {
    return told(await openid.authorizationCodeGrant(config, new URL(address), {
      pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce,
      idTokenExpected: true, ...(maxAge === undefined ? {} : { maxAge }) }));
  },
  refresh: async ({ token }) => told(await openid.refreshTokenGrant(config, token)),
  userinfo: ({ token, subject }) => openid.fetchUserInfo(config, token, subject),
  introspect: ({ token }) => openid.tokenIntrospection(config, token),
  revoke: ({ token }) => openid.tokenRevocation(config, token).then(() => null),
  credentials: ({ scope }) => openid.clientCredentialsGrant(config, scope ? { scope } : {}),
  leave: ({ idToken, to }) => openid.buildEndSessionUrl(config, {
    id_token_hint: idToken, ...(to ? { post_logout_redirect_uri: to } : {}) }).href,
  fetch: async ({ address, token }) => {
    const response = await openid.fetchProtectedResource(config, token, new URL(address), "GET");
    return { status: response.status, body: await response.text() };
  },
  loggedOut: () => loggedOut.splice(0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  let out;
  try {
    out = { answer: (await commands[command](given)) ?? null };
  } catch (error) {
    const reason = error.error ?? error.code ?? error.name;
    out = { refused: reason, message: `${error.message} ${error.error_description ?? error.cause ?? ""}` };
  }
  process.stdout.write(JSON.stringify(out) + "\n");
}
server.closeAllConnections();
