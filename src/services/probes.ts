import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { requestError } from '../flows/http/failure.js';
import type { Http } from './service.js';

const LATE = 'no answer within';

/** Reading all root certificates anew for each probe would take longer than the probe. */
let trusted: { readonly ca: string; readonly context: SecureContext } | undefined;

function contextOf(ca: string): SecureContext {
  if (trusted?.ca !== ca) trusted = { ca, context: createSecureContext({ ca: [...rootCertificates, ca] }) };
  return trusted.context;
}

export const nodeHttp: Http = {
  probe: (url, { timeout, ca }) =>
    new Promise((resolve) => {
      const signal = AbortSignal.timeout(timeout);
      const onResponse = (response: IncomingMessage): void => {
        const { statusCode = 0 } = response;
        response.destroy();
        resolve(statusCode >= 200 && statusCode < 400 ? undefined : `answered ${statusCode}`);
      };
      const onError = (thrown: unknown): void => {
        resolve(signal.aborted ? `${LATE} ${timeout / 1000} s` : requestError(thrown, new URL(url).origin));
      };
      try {
        const request = url.startsWith('https:')
          ? getHttps(
              url,
              { agent: false, signal, ...(ca === undefined ? {} : { secureContext: contextOf(ca) }) },
              onResponse,
            )
          : getHttp(url, { agent: false, signal }, onResponse);
        request.on('error', onError);
      } catch (thrown) {
        onError(thrown);
      }
    }),
  connect: (host, port, timeout) =>
    new Promise((resolve) => {
      const socket = connectTcp({ host, port, timeout });
      const settle = (reason: string | undefined): void => {
        socket.destroy();
        resolve(reason);
      };
      socket.once('connect', () => {
        settle(undefined);
      });
      socket.once('timeout', () => {
        settle(`${LATE} ${timeout / 1000} s`);
      });
      socket.on('error', (error) => {
        const place = host.includes(':') ? `[${host}]` : host;
        settle(requestError(error, `http://${place}:${port}`));
      });
    }),
};
