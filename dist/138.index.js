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





function openUndici({ ca }) {
    keepNurserySmall();
    const secureContext = ca === undefined ? undefined : (0,node_tls__WEBPACK_IMPORTED_MODULE_2__.createSecureContext)({ ca: [...node_tls__WEBPACK_IMPORTED_MODULE_2__.rootCertificates, ...certificatesOf(ca)] });
    return { openConnection: (onConnect) => new UndiciConnection(secureContext, onConnect) };
}
function keepNurserySmall() {
    (0,node_v8__WEBPACK_IMPORTED_MODULE_1__.setFlagsFromString)('--semi-space-growth-factor=1');
}
function certificatesOf(pem) {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
    if (blocks.length === 0)
        throw new Error('there is no certificate in it');
    return blocks.map((block) => new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(block).toString());
}
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
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
    cut(reason) {
        if (this.#over)
            return;
        this.#over = true;
        this.#discard();
        this.#reject(reason);
    }
    onConnect() {
    }
    onHeaders(status, headers) {
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
function locationIn(headers) {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toString('latin1').toLowerCase() === 'location');
    return at === -1 ? undefined : headers[at + 1]?.toString('utf8');
}
class UndiciConnection {
    #secureContext;
    #onConnect;
    #clients = new Map();
    #sockets = new Set();
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
    #discard(origin, client) {
        this.#clients.delete(origin);
        void client.destroy();
    }
}


/***/ })

};
