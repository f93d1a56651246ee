// A prompt of one's own, answered twice, so that there is a pair to label.
import { get, post } from './api.js';
import { field } from './dialog.js';
import { el, toast } from './dom.js';

/** A form; `done` is called when both answers are kept. */
export function twice(done) {
  const prompt = el('textarea', { rows: '2', name: 'prompt', required: true });
  const go = el('button', { class: 'button main', type: 'submit' }, 'Get two answers');
  return el(
    'form',
    {
      class: 'stack twice',
      onsubmit: async e => {
        e.preventDefault();
        go.disabled = true;
        try {
          const { data } = await get('/v1/models');
          const messages = [{ role: 'user', content: prompt.value.trim() }];
          const { choices } = await post('/v1/chat/completions', { model: data[0].id, messages, n: 2, temperature: 1, max_tokens: 256 });
          if (choices[0].message.content === choices[1].message.content) {
            toast('Both answers were the same; there is nothing to compare.', 'bad');
          }
          done();
        } catch (error) {
          toast(error.message, 'bad');
        } finally {
          go.disabled = false;
        }
      },
    },
    field('Or ask something now', prompt),
    go,
  );
}
