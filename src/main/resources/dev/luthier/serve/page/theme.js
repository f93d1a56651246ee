// Before anything is drawn, so that nothing flashes: the theme that was chosen, or the system's.
(() => {
  const root = document.documentElement;
  const kept = () => {
    try {
      return localStorage.getItem('luthier-theme');
    } catch {
      return null; // storage is switched off: the system's theme
    }
  };
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    const chosen = kept();
    root.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light';
  };
  dark.addEventListener('change', show);
  show();
})();
