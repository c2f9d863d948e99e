// The line to the server: a stream of whole parts of the state (so that losing one or
// reconnecting does no harm), and actions as POST.

// listen calls on[part](value) for every part that arrives, and on.line(up) when the
// connection comes and goes. The browser reconnects by itself; a snapshot comes first.
export function listen(on) {
  const stream = new EventSource('/simulator/events');
  for (const part of ['snapshot', 'phone', 'gone', 'crowd', 'desk']) {
    stream.addEventListener(part, (event) => on[part](JSON.parse(event.data)));
  }
  stream.addEventListener('open', () => on.line(true));
  stream.addEventListener('error', () => {
    on.line(false);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(on), 2000);
  });
}

// act does one thing on the server and returns its answer; it throws an Error whose
// message is the server's own sentence, and whose code is the HTTP status.
export async function act(action, body = {}) {
  const answer = await fetch(`/simulator/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const result = await answer.json().catch(() => ({}));
  if (answer.ok) return result;
  const problem = new Error(result.error || answer.statusText);
  problem.code = answer.status;
  throw problem;
}
