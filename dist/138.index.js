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
/* harmony import */ var node_tls__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1692);
/* harmony import */ var undici_v7_lib_core_connect_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9412);
/* harmony import */ var undici_v7_lib_dispatcher_client_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9473);




/** Opens connections by undici's Client, which pipelines nothing here: one request at a time on one connection. */
function openUndici({ ca }) {
    // Made once: reading the root certificates for every connection would take longer than the requests.
    const secureContext = ca === undefined ? undefined : (0,node_tls__WEBPACK_IMPORTED_MODULE_1__.createSecureContext)({ ca: [...node_tls__WEBPACK_IMPORTED_MODULE_1__.rootCertificates, ...certificatesOf(ca)] });
    return { openConnection: () => new UndiciConnection(secureContext) };
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
class UndiciConnection {
    #secureContext;
    #clients = new Map();
    #sockets = new Set();
    /** Of sockets that are closed. */
    #carried = { received: 0, sent: 0 };
    #cut;
    constructor(secureContext) {
        this.#secureContext = secureContext;
    }
    exchange(request, receiver) {
        const { origin, path, method, headers, body = null } = request;
        const client = this.#clientOf(origin);
        return new Promise((resolve, reject) => {
            const cut = (reason) => {
                this.#cut = undefined;
                this.#discard(origin, client);
                reject(reason);
            };
            this.#cut = cut;
            // What still comes of an exchange that was cut short is nobody's: the slot may be in another one.
            const take = (part) => {
                if (this.#cut !== cut)
                    return;
                try {
                    part();
                }
                catch (thrown) {
                    cut(thrown);
                }
            };
            const end = (settle) => {
                if (this.#cut !== cut)
                    return;
                this.#cut = undefined;
                settle();
            };
            client.dispatch({ path, method, headers, body }, {
                // Its presence tells undici which of its two kinds of handler this is.
                onRequestStart: () => undefined,
                onResponseStart: (_, status, { location }) => {
                    // Informational responses (1xx) come before the response itself.
                    if (status >= 200)
                        take(() => {
                            receiver.head(status, [location].flat()[0]);
                        });
                },
                onResponseData: (_, chunk) => {
                    take(() => {
                        receiver.data(chunk);
                    });
                },
                onResponseEnd: () => {
                    end(resolve);
                },
                onResponseError: (_, error) => {
                    end(() => {
                        reject(error);
                    });
                },
            });
        });
    }
    abort(reason) {
        this.#cut?.(reason);
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
        const client = new undici_v7_lib_dispatcher_client_js__WEBPACK_IMPORTED_MODULE_3__(origin, { ...NO_TIMEOUTS, connect: this.#connector(), pipelining: 1 });
        this.#clients.set(origin, client);
        return client;
    }
    /** undici's own connector, with the sockets counted. */
    #connector() {
        const connect = undici_v7_lib_core_connect_js__WEBPACK_IMPORTED_MODULE_2__({
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
