// Bun's own way to tell everybody: each connection subscribes to a topic, and what one says is published in it.
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("", { status: 400 })),
  websocket: {
    open: (socket) => socket.subscribe("room"),
    message: (_, message) => void server.publish("room", message),
  },
});
console.log(`listening on http://127.0.0.1:${server.port}`);
