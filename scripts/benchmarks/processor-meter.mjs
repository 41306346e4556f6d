// Loaded into a function's process: tells whoever connects how much processor time the process has used.
import { createServer } from "node:net";

const server = createServer((socket) => {
  const { user, system } = process.cpuUsage();
  socket.on("error", () => {});
  socket.end(String(user + system));
});
server.listen(Number(process.env["METER_PORT"])).unref();
