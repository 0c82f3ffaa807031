// Brings a row of the rule into sight, and the focus to it.

/** Once the view it stands in is drawn. */
export const goToRow = (row: string): void => {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const place = document.querySelector<HTMLElement>(`[data-node="${CSS.escape(row)}"]`);
      place?.scrollIntoView({ block: 'nearest' });
      const field = place?.querySelector<HTMLElement>(
        '[data-value] :is(input, select, button), [data-fields] :is(input, select, button), [data-handle]',
      );
      field?.focus({ preventScroll: true });
    }),
  );
};
