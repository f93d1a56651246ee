// Which version is asked, and how it draws; kept for the next visit.
import { get } from './api.js';
import { field } from './dialog.js';
import { el } from './dom.js';
import { remember, remembered } from './settings.js';

/** The form, and what was chosen in it. */
export function sampling() {
  const kept = JSON.parse(remembered('luthier-sampling') ?? '{}');
  const model = el('select', { name: 'model' }, el('option', { value: '' }, 'The deployed version'));
  const system = el('textarea', { rows: '2', name: 'system', value: kept.system ?? '' });
  const warmth = el('input', { type: 'number', name: 'temperature', min: '0', max: '2', step: '0.1', value: kept.temperature ?? '0.7' });
  const tokens = el('input', { type: 'number', name: 'max_tokens', min: '1', step: '1', value: kept.max_tokens ?? '256' });
  get('/v1/models')
    .then(all => {
      model.append(...all.data.map(m => el('option', { value: m.id }, m.id)));
      model.value = kept.model ?? '';
      if (model.selectedIndex < 0) {
        model.selectedIndex = 0;
      }
    })
    .catch(() => {}); // the list is a convenience: a message's own failure is shown
  const read = () => {
    const chosen = { model: model.value || undefined, system: system.value.trim() || undefined };
    if (warmth.value !== '') {
      chosen.temperature = Number(warmth.value);
    }
    if (tokens.value !== '') {
      chosen.max_tokens = Number(tokens.value);
    }
    return chosen;
  };
  const element = el(
    'details',
    { class: 'sampling', onchange: () => remember('luthier-sampling', JSON.stringify(read())) },
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
