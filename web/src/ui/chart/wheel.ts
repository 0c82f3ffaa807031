// A wheel over a chart zooms it, but never stops a page that is being scrolled.

const PAUSE_MILLISECONDS = 350;

/** Whether the page may have this turn of the wheel: it is scrolling, or there is no more to see. */
export const isPages = (turn: {
  sinceOutside: number;
  down: boolean;
  whole: boolean;
  ctrl: boolean;
}): boolean => !turn.ctrl && (turn.sinceOutside < PAUSE_MILLISECONDS || (turn.down && turn.whole));

/** Keep such turns from the chart; returns the way out. */
export const heldByPage = (place: HTMLElement, isWhole: () => boolean): (() => void) => {
  let outside = Number.NEGATIVE_INFINITY;
  const onPage = (event: WheelEvent) => {
    const over = event.target instanceof Node && place.contains(event.target);
    if (!over) outside = event.timeStamp;
  };
  const onChart = (event: WheelEvent) => {
    const turn = {
      sinceOutside: event.timeStamp - outside,
      down: event.deltaY > 0,
      whole: isWhole(),
      ctrl: event.ctrlKey || event.metaKey,
    };
    if (!isPages(turn)) return;
    if (turn.sinceOutside < PAUSE_MILLISECONDS) outside = event.timeStamp;
    event.stopPropagation();
  };
  window.addEventListener('wheel', onPage, { capture: true, passive: true });
  place.addEventListener('wheel', onChart, { capture: true, passive: true });
  return () => {
    window.removeEventListener('wheel', onPage, { capture: true });
    place.removeEventListener('wheel', onChart, { capture: true });
  };
};
