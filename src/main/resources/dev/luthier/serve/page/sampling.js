// Which version is asked, and how it draws; kept for the next visit.
import { get } from './api.js';
import { field } from './dialog.js';
import { el } from './dom.js';
import { remember, remembered } from './settings.js';

/** The form, and what was chosen in it. */
export function sampling() {
  const kept = JSON.parse(remembered('luthier-sampling') ?? '{}');
  const model = el('select', { name: 'model' });
  const system = el('textarea', { rows: '2', name: 'system', value: kept.system ?? '' });
  const warmth = el('input', { type: 'number', name: 'temperature', min: '0', max: '2', step: '0.1', value: kept.temperature ?? '0.7' });
  const tokens = el('input', { type: 'number', name: 'max_tokens', min: '1', step: '1', value: kept.max_tokens ?? '256' });
  let loading = load();
  loading.catch(() => {}); // said when a message is sent

  async function load() {
    const { data } = await get('/v1/models');
    model.replaceChildren(...data.map((m, i) => el('option', { value: m.id }, i === 0 ? `${m.id}, as deployed` : m.id)));
    model.value = kept.model ?? data[0]?.id ?? '';
    if (model.selectedIndex < 0) {
      model.selectedIndex = 0; // a version that is gone
    }
  }

  const chosen = () => ({
    model: model.value,
    system: system.value.trim() || undefined,
    temperature: warmth.value === '' ? undefined : Number(warmth.value),
    max_tokens: tokens.value === '' ? undefined : Number(tokens.value),
  });

  /** What a request says; waits for the list of models, and asks for it again if it did not come. */
  async function read() {
    await loading.catch(() => (loading = load()));
    return chosen();
  }

  const keep = () => remember('luthier-sampling', JSON.stringify({ ...chosen(), model: model.selectedIndex > 0 ? model.value : undefined }));
  const element = el(
    'details',
    { class: 'sampling', onchange: keep },
    el('summary', {}, 'Options'),
    el(
      'div',
      { class: 'grid' },
      field('Version', model),
      field('Temperature', warmth),
      field('Most tokens', tokens),
      el('div', { class: 'wide' }, field('System message', system)),
    ),
  );
  return { element, read };
}
