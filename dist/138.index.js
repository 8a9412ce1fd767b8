export const id = 138;
export const ids = [138];
export const modules = {

/***/ 5138:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   openUndici: () => (/* binding */ openUndici)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_v8__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8877);
/* harmony import */ var node_tls__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1692);
/* harmony import */ var undici_v7_lib_core_connect_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9412);
/* harmony import */ var undici_v7_lib_dispatcher_client_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9473);





/** Opens connections by undici's Client, which pipelines nothing here: one request at a time on one connection. */
function openUndici({ ca }) {
    keepNurserySmall();
    // Made once: reading the root certificates for every connection would take longer than the requests.
    const secureContext = ca === undefined ? undefined : (0,node_tls__WEBPACK_IMPORTED_MODULE_2__.createSecureContext)({ ca: [...node_tls__WEBPACK_IMPORTED_MODULE_2__.rootCertificates, ...certificatesOf(ca)] });
    return { openConnection: (onConnect) => new UndiciConnection(secureContext, onConnect) };
}
/**
 * What a request leaves behind dies young. V8 lets the part of the heap for such objects grow thirty-twofold over a long
 * run, which takes 60 MB more and makes no request faster.
 */
function keepNurserySmall() {
    (0,node_v8__WEBPACK_IMPORTED_MODULE_1__.setFlagsFromString)('--semi-space-growth-factor=1');
}
/** A context takes nonsense without a word; here it is thrown out. */
function certificatesOf(pem) {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
    if (blocks.length === 0)
        throw new Error('there is no certificate in it');
    return blocks.map((block) => new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(block).toString());
}
/** Timeouts are the flow's: whoever waits for a response cuts it short by `abort`. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
/** One request and its response, as undici tells of it. */
class Exchange {
    #receiver;
    #resolve;
    #reject;
    #discard;
    #over = false;
    constructor(receiver, settle, discard) {
        this.#receiver = receiver;
        this.#resolve = settle.resolve;
        this.#reject = settle.reject;
        this.#discard = discard;
    }
    /** What still comes of an exchange that was cut short is nobody's: the slot may be in another one. */
    cut(reason) {
        if (this.#over)
            return;
        this.#over = true;
        this.#discard();
        this.#reject(reason);
    }
    onConnect() {
        // Its presence tells undici which of its two kinds of handler this is: the one that it need not wrap.
    }
    onHeaders(status, headers) {
        // Informational responses (1xx) come before the response itself.
        if (this.#over || status < 200)
            return true;
        this.#receiver.head(status, status < 400 && status >= 300 ? locationIn(headers) : undefined);
        return true;
    }
    onData(chunk) {
        if (this.#over)
            return true;
        try {
            this.#receiver.data(chunk);
        }
        catch (thrown) {
            this.cut(thrown);
        }
        return true;
    }
    onComplete() {
        if (this.#over)
            return;
        this.#over = true;
        this.#resolve();
    }
    onError(error) {
        if (this.#over)
            return;
        this.#over = true;
        this.#reject(error);
    }
}
/** Names and values of headers come in turn. */
function locationIn(headers) {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toString('latin1').toLowerCase() === 'location');
    return at === -1 ? undefined : headers[at + 1]?.toString('utf8');
}
class UndiciConnection {
    #secureContext;
    #onConnect;
    #clients = new Map();
    #sockets = new Set();
    /** Of sockets that are closed. */
    #carried = { received: 0, sent: 0 };
    #exchange;
    constructor(secureContext, onConnect) {
        this.#secureContext = secureContext;
        this.#onConnect = onConnect;
    }
    exchange(request, receiver) {
        const { origin, path, method, headers, body = null } = request;
        const client = this.#clientOf(origin);
        return new Promise((resolve, reject) => {
            this.#exchange = new Exchange(receiver, { resolve, reject }, () => {
                this.#discard(origin, client);
            });
            client.dispatch({ path, method, headers, body }, this.#exchange);
        });
    }
    abort(reason) {
        this.#exchange?.cut(reason);
    }
    reset(reason) {
        // First: a client that is destroyed ends its connection politely.
        for (const socket of this.#sockets) {
            if (socket instanceof node_tls__WEBPACK_IMPORTED_MODULE_2__.TLSSocket)
                socket.destroy();
            else
                socket.resetAndDestroy();
        }
        this.abort(reason);
    }
    traffic() {
        let { received, sent } = this.#carried;
        for (const socket of this.#sockets) {
            received += socket.bytesRead;
            sent += socket.bytesWritten;
        }
        return { received, sent };
    }
    async close() {
        const clients = [...this.#clients.values()];
        this.#clients.clear();
        await Promise.all(clients.map((client) => client.destroy()));
    }
    #clientOf(origin) {
        const known = this.#clients.get(origin);
        if (known !== undefined)
            return known;
        const client = new undici_v7_lib_dispatcher_client_js__WEBPACK_IMPORTED_MODULE_4__(origin, { ...NO_TIMEOUTS, connect: this.#connector(), pipelining: 1 });
        this.#clients.set(origin, client);
        return client;
    }
    /** undici's own connector, with the sockets counted. */
    #connector() {
        const connect = undici_v7_lib_core_connect_js__WEBPACK_IMPORTED_MODULE_3__({
            timeout: 0,
            ...(this.#secureContext === undefined ? {} : { secureContext: this.#secureContext }),
        });
        return (options, callback) => {
            connect(options, (...[error, socket]) => {
                if (error !== null) {
                    callback(error, null);
                    return;
                }
                this.#sockets.add(socket);
                if (socket.localPort !== undefined)
                    this.#onConnect?.(socket.localPort);
                socket.once('close', () => {
                    this.#sockets.delete(socket);
                    this.#carried.received += socket.bytesRead;
                    this.#carried.sent += socket.bytesWritten;
                });
                callback(null, socket);
            });
        };
    }
    /** A connection with half a response in it serves no other request: the next one gets a new client. */
    #discard(origin, client) {
        this.#clients.delete(origin);
        void client.destroy();
    }
}


/***/ })

};
