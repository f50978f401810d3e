// Raw JavaScript, and what measures it and the others in turns.

import init, { Bare, burst, Gloo, OurConnection, OurSession, OurSocket } from '/page/bench_page.js';

class Raw {
  constructor(url, binary, messages, done) {
    this.again(messages);
    this.socket = new WebSocket(url);
    this.socket.binaryType = 'arraybuffer';
    const take = size => {
      this.bytes += size;
      if (--this.left === 0) done(this.bytes);
    };
    this.socket.onmessage = binary
      ? event => take(new Uint8Array(event.data).byteLength)
      : event => take(event.data.length);
  }

  again(messages) {
    this.left = messages;
    this.bytes = 0;
  }

  send(binary, size, times) {
    const message = binary ? new Uint8Array(size).fill(120) : 'x'.repeat(size);
    for (let n = 0; n < times; n++) if (this.socket.readyState === 1) this.socket.send(message);
  }

  free() {
    this.socket.onmessage = null;
    this.socket.close();
  }
}

const WAYS = { raw: Raw, bare: Bare, gloo: Gloo, socket: OurSocket, connection: OurConnection, session: OurSession };

// Opens one of them; gives it, the browser's own socket within, and what waits until all messages have come.
async function open(Way, path, binary) {
  const Real = self.WebSocket;
  let inner, done;
  self.WebSocket = class extends Real {
    constructor(...all) {
      super(...all);
      inner = this;
    }
  };
  const url = `ws://${location.host}${path}`;
  const way = new Way(url, binary, 1, bytes => done(bytes));
  self.WebSocket = Real;
  if (inner.readyState !== Real.OPEN) await new Promise(open => inner.addEventListener('open', open, { once: true }));
  const all = messages => {
    way.again(messages);
    return new Promise(all => { done = all; });
  };
  return { way, inner, all };
}

const METHODS = {
  // The network left out: one event, dispatched again and again. A task gets its turn after every hundred.
  async take(line, { binary, size, messages }) {
    const data = binary ? new Uint8Array(size).fill(120).buffer : 'x'.repeat(size);
    const event = new MessageEvent('message', { data });
    const all = line.all(messages);
    const begun = performance.now();
    for (let n = 0; n < messages; n++) {
      line.inner.dispatchEvent(event);
      if (n % 100 === 99) await null;
    }
    if (await all !== messages * size) throw new Error('bytes are missing');
    return performance.now() - begun;
  },
  // The network left out: the browser's `send` does nothing.
  async give(line, { binary, size, messages }) {
    line.inner.send = () => {};
    // A Blob takes some thousand times as long: fewer will do.
    const share = binary && line.way instanceof Gloo ? 100 : 1;
    const begun = performance.now();
    line.way.send(binary, size, messages / share);
    const took = performance.now() - begun;
    delete line.inner.send;
    return took * share;
  },
  // The peer pushes as fast as it can.
  async receive(line, { size, messages }) {
    const all = line.all(messages);
    const begun = performance.now();
    line.inner.send(`${messages}`);
    if (await all !== messages * size) throw new Error('bytes are missing');
    return performance.now() - begun;
  },
  // The peer counts, and says when all of it is there.
  async send(line, { binary, size, messages }) {
    const all = line.all(1);
    const begun = performance.now();
    line.way.send(binary, size, messages);
    await all;
    return performance.now() - begun;
  },
};

// In another order every time: what one leaves behind for the garbage collector another has to wait for.
function shuffle(list) {
  for (let n = list.length - 1; n > 0; n--) {
    const other = Math.floor(Math.random() * (n + 1));
    [list[n], list[other]] = [list[other], list[n]];
  }
}

// Milliseconds by way, a list with one number a round. Each round runs every way.
self.measure = async task => {
  const path = `/${task.method}?binary=${task.binary}&size=${task.size}&messages=${task.messages}`;
  const lines = [];
  for (const [name, Way] of Object.entries(WAYS)) lines.push([name, await open(Way, path, task.binary)]);
  const took = Object.fromEntries(lines.map(([name]) => [name, []]));
  for (let round = -3; round < task.rounds; round++) {
    shuffle(lines);
    for (const [name, line] of lines) {
      const time = await METHODS[task.method](line, task);
      if (round >= 0) took[name].push(time);
    }
  }
  for (const [, line] of lines) line.way.free();
  return took;
};

// Begins a burst; what became of it is asked for again and again, because it may take longer than one question may.
let told;
self.beginBurst = (...all) => {
  told = burst(`ws://${location.host}/burst`, ...all);
};
self.endBurst = () => Promise.race([told, new Promise(later => setTimeout(later, 60_000, null))]);

await init();
document.body.append('ready');
