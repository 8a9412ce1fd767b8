import { describe, expect, test } from '@jest/globals';
import { flowEnv, secretVariables, withheldFromShells } from '../../src/system/flow-env.js';

const TOKEN = 'ghs_0123456789abcdefghij';

test('what a flow needs is passed on', () => {
  const env = {
    PATH: '/bin',
    HOME: '/home/runner',
    CI: 'true',
    GITHUB_SHA: 'abc',
    GITHUB_WORKSPACE: '/w',
    RUNNER_OS: 'Linux',
  };
  expect(flowEnv(env, [TOKEN])).toEqual(env);
});

test('a variable without a value is none', () => {
  expect(flowEnv({ EMPTY: '', GONE: undefined }, [TOKEN])).toEqual({ EMPTY: '' });
});

test.each([
  'INPUT_RUN',
  'INPUT_GITHUB-TOKEN',
  'ACTIONS_RUNTIME_URL',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GH_ENTERPRISE_TOKEN',
  'GITHUB_ENTERPRISE_TOKEN',
  'GITHUB_OUTPUT',
  'GITHUB_ENV',
  'GITHUB_PATH',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'STATE_isPost',
  'Github_Token',
])('%s is withheld', (name) => {
  expect(flowEnv({ [name]: 'harmless', KEPT: 'x' }, [])).toEqual({ KEPT: 'x' });
});

test('the token is withheld under whatever name it has', () => {
  expect(flowEnv({ MY_KEY: TOKEN, URL: `https://x:${TOKEN}@github.com/`, KEPT: 'x' }, [TOKEN])).toEqual({
    KEPT: 'x',
  });
});

test("the token is withheld in Base64, as git's extraheader holds it", () => {
  for (const token of [TOKEN, `${TOKEN}k`, `${TOKEN}kl`]) {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    expect(flowEnv({ GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}` }, [token])).toEqual({});
  }
});

test("the runner's own tokens are withheld under another name", () => {
  const env = { ACTIONS_RUNTIME_TOKEN: 'runtime-secret', GITHUB_TOKEN: 'other-secret' };
  expect(flowEnv({ ...env, COPY: 'runtime-secret', ANOTHER: 'a other-secret' }, [])).toEqual({});
});

test('an empty secret withholds nothing', () => {
  expect(flowEnv({ KEPT: 'x' }, ['', ' '])).toEqual({ KEPT: 'x' });
});

test('what is too short for a secret takes nothing away', () => {
  expect(flowEnv({ PATH: '/usr/bin', 'INPUT_GITHUB-TOKEN': 'bin' }, ['bin'])).toEqual({ PATH: '/usr/bin' });
});

test("what flows do not get is secret, but for the runner's command files, which we need to the end", () => {
  const env = { PATH: '/bin', INPUT_RUN: 'x', ACTIONS_RUNTIME_TOKEN: 'y', GITHUB_OUTPUT: '/o', COPY: TOKEN };
  expect(secretVariables(env, [TOKEN])).toEqual(['INPUT_RUN', 'ACTIONS_RUNTIME_TOKEN', 'COPY']);
});

test("git's configuration by environment goes as a whole, or git would refuse to work", () => {
  const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.extraheader', KEPT: 'x' };
  expect(flowEnv({ ...env, GIT_CONFIG_VALUE_0: `AUTHORIZATION: ${TOKEN}` }, [TOKEN])).toEqual({ KEPT: 'x' });
  expect(flowEnv({ ...env, GIT_CONFIG_VALUE_0: 'harmless' }, [TOKEN])).toHaveProperty(
    'GIT_CONFIG_COUNT',
    '1',
  );
});

test.each([
  'POSIXLY_CORRECT',
  'POSIX_PEDANTIC',
  'BASH_ENV',
  'ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'BASH_COMPAT',
  'BASH_XTRACEFD',
  'BASH_FUNC_sleep%%',
  '__BASH_FUNC<sleep>()',
  'ZDOTDIR',
  'FPATH',
])('%s, which changes how a shell starts, is withheld, and that is said', (name) => {
  const env = { [name]: '1', KEPT: 'x' };
  expect(flowEnv(env, [])).toEqual({ KEPT: 'x' });
  expect(withheldFromShells(env)).toContain(name);
  // It is no secret: flowgate itself keeps it.
  expect(secretVariables(env, [])).toEqual([]);
});

test('a variable that only looks like one of those of shells is passed on', () => {
  const env = { env: 'production', BASH_VERSION_WANTED: '5', MY_ENV: 'x' };
  expect(flowEnv(env, [])).toEqual(env);
  expect(withheldFromShells(env)).toBeUndefined();
});

describe('a token behind a prefix', () => {
  const PREFIXES = ['', 'x', 'git:', 'oauth2:', 'octocat:', 'x-access-token:', 'AWS:'];
  const basic = (prefix: string, token: string): Buffer => Buffer.from(`${prefix}${token}`);
  const TOKENS = [TOKEN, `${TOKEN}k`, `${TOKEN}kl`, 'p?ss>w~rd/+ü\u00ff!!'];

  test.each(PREFIXES)('is withheld in Base64 after "%s", whatever stands behind it', (prefix) => {
    for (const token of TOKENS) {
      for (const after of ['', '\n', 'xy']) {
        const bytes = Buffer.concat([basic(prefix, token), Buffer.from(after)]);
        const config = JSON.stringify({ auths: { 'ghcr.io': { auth: bytes.toString('base64') } } });
        const env = {
          DOCKER_AUTH_CONFIG: config,
          URL_SAFE: bytes.toString('base64url'),
          IN_A_URL: encodeURIComponent(bytes.toString('base64')),
          TWICE: Buffer.from(config).toString('base64'),
          WRAPPED: bytes.toString('base64').replace(/.{20}/g, '$&\n'),
        };
        expect(flowEnv({ ...env, KEPT: 'x' }, [token])).toEqual({ KEPT: 'x' });
      }
    }
  });

  test.each(PREFIXES)('is withheld in hexadecimal digits and in a URL after "%s"', (prefix) => {
    for (const token of TOKENS) {
      const hex = basic(prefix, token).toString('hex');
      const url = `https://${prefix}${encodeURIComponent(token)}@ghcr.io`;
      const env = { HEX: hex, UPPER: hex.toUpperCase(), DUMP: hex.replace(/.{30}/g, '$&\n'), URL: url };
      const lower = url.replace(/%../g, (digits) => digits.toLowerCase());
      expect(flowEnv({ ...env, LOWER: lower, KEPT: 'x' }, [token])).toEqual({ KEPT: 'x' });
    }
  });

  test('takes nothing away that does not hold it', () => {
    const env = { PATH: '/bin:/usr/bin', OTHER: Buffer.from('git:another-token-of-mine').toString('base64') };
    expect(flowEnv(env, [TOKEN])).toEqual(env);
  });
});
