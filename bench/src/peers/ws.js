// The way of ws's own documentation: what one says is sent to every client.
const { WebSocketServer } = require("ws");
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/ws" });
server.on("connection", (socket) =>
  socket.on("message", (data, binary) => server.clients.forEach((client) => client.send(data, { binary }))),
);
server.on("listening", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
