// Loaded into each local function process: the functions framework listens on every address and has
// no option for it, and what runs on a developer's machine should be reachable from there only.
const { Server } = require("node:net");

// oxlint-disable-next-line typescript/unbound-method -- it is called with a server below
const { listen } = Server.prototype;
Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, ...rest);
};
