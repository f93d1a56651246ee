// One answer of the model, as it is written.
import { events, request } from './api.js';

/** Reads the stream of one completion into `about` and hands on each piece of text. */
export async function complete(messages, chosen, about, signal, piece) {
  const { system, ...settings } = chosen;
  const body = { messages: system ? [{ role: 'system', content: system }, ...messages] : messages, stream: true, ...settings };
  const response = await request('POST', '/v1/chat/completions', body, { signal });
  about.version = response.headers.get('Luthier-Version') ?? '';
  for await (const data of events(response)) {
    if (data === '[DONE]') {
      return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) {
      throw new Error(chunk.error.message);
    }
    about.id ||= chunk.id ?? '';
    about.version ||= chunk.system_fingerprint ?? '';
    const choice = chunk.choices?.[0];
    about.end = choice?.finish_reason ?? about.end;
    if (choice?.delta?.content) {
      piece(choice.delta.content);
    }
  }
  if (!about.end) {
    throw new Error('The answer broke off: the server closed the connection.');
  }
}
