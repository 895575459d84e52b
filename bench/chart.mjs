// Line charts on logarithmic axes, as SVG that is readable on light and dark pages.

const panel = { width: 330, height: 250, left: 64, top: 54, gap: 76 };

// Told apart by more than colour: every line has a marker of its own as well. The colours stand out on white and on black.
const looks = [
  { colour: '#e4572e', marker: (x, y) => `<circle cx="${x}" cy="${y}" r="4.5"/>` },
  { colour: '#3d8bd4', marker: (x, y) => `<rect x="${x - 4}" y="${y - 4}" width="8" height="8"/>` },
  { colour: '#2e9e6b', marker: (x, y) => `<path d="M${x} ${y - 5.5}l5 9h-10z"/>` },
  { colour: '#a86fd0', marker: (x, y) => `<path d="M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z"/>` },
  { colour: '#808890', marker: (x, y) => `<path d="M${x - 4} ${y - 4}l8 8m0 -8l-8 8" stroke-width="2"/>` },
  { colour: '#c99a1e', marker: (x, y) => `<path d="M${x} ${y + 5.5}l5 -9h-10z"/>` },
];

/**
 * `panels` are { title, series: [{ name, points: [[x, y]] }] } and share their axes; `lines` are { y, text } drawn across them all.
 * Series are told apart by their names, in the order of `names`.
 */
export function chart({ title, xTitle, yTitle, xTicks, names, panels, lines = [] }) {
  const points = panels.flatMap(({ series }) => series.flatMap((each) => each.points));
  const ys = [...points.map(([, y]) => y), ...lines.map(({ y }) => y)];
  const yTicks = ticks(Math.min(...ys), Math.max(...ys));
  const x = logarithmic([xTicks[0] / 1.15, xTicks.at(-1) * 1.15], [0, panel.width]);
  const y = logarithmic([yTicks[0], yTicks.at(-1)], [panel.height, 0]);
  const width = panel.left + panels.length * (panel.width + panel.gap) - panel.gap + 24;
  const height = panel.top + panel.height + 92;
  const body = panels.map((each, index) => {
    const place = panel.left + index * (panel.width + panel.gap);
    return `<g transform="translate(${place} ${panel.top})">${axes({ ...each, x, y, xTicks, yTicks, xTitle, lines })}${curves(each, x, y, names)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<style>
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .panel { font-weight: 600 }
  .grid { stroke: #8c959f; stroke-opacity: .35 }
  .rule { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .rule-text { fill: #57606a; font-size: 11px }
  .back { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .rule-text { fill: #9ea7b3 }
    .back { fill: #0d1117 }
  }
</style>
<rect class="back" width="${width}" height="${height}" rx="6"/>
<text class="title" x="${panel.left}" y="24">${title}</text>
<text transform="translate(16 ${panel.top + panel.height / 2}) rotate(-90)" text-anchor="middle">${yTitle}</text>
${body.join('\n')}
${legend(names, panel.left, height - 22)}
</svg>
`;
}

function axes({ title, x, y, xTicks, yTicks, xTitle, lines }) {
  const parts = [`<text class="panel" x="0" y="-10">${title}</text>`];
  for (const tick of yTicks) {
    parts.push(`<path class="grid" d="M0 ${y(tick)}H${panel.width}"/><text x="-8" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`);
  }
  for (const tick of xTicks) {
    parts.push(`<path class="grid" d="M${x(tick)} 0V${panel.height}"/><text x="${x(tick)}" y="${panel.height + 18}" text-anchor="middle">${tick}</text>`);
  }
  for (const line of lines) {
    parts.push(`<path class="rule" d="M0 ${y(line.y)}H${panel.width}"/><text class="rule-text" x="${panel.width - 4}" y="${y(line.y) - 5}" text-anchor="end">${line.text}</text>`);
  }
  parts.push(`<text x="${panel.width / 2}" y="${panel.height + 38}" text-anchor="middle">${xTitle}</text>`);
  return parts.join('');
}

function curves({ series }, x, y, names) {
  return series
    .map(({ name, points }) => {
      const { colour, marker } = looks[names.indexOf(name) % looks.length];
      const places = points.map(([across, up]) => [x(across), y(up)]);
      const line = places.map(([left, top]) => `${left} ${top}`).join('L');
      return `<g fill="${colour}" stroke="${colour}"><path fill="none" stroke-width="2.2" d="M${line}"/>${places.map(([left, top]) => marker(left, top)).join('')}</g>`;
    })
    .join('');
}

function legend(names, left, top) {
  let at = left;
  return names
    .map((name, index) => {
      const { colour, marker } = looks[index % looks.length];
      const entry = `<g fill="${colour}" stroke="${colour}">${marker(at + 5, top - 4)}</g><text x="${at + 16}" y="${top}">${name}</text>`;
      at += 40 + name.length * 6.6;
      return entry;
    })
    .join('');
}

/** Round numbers around a range, 1, 2 and 5 of every power of ten. */
function ticks(least, most) {
  const all = [];
  for (let power = -3; power < 7; power++) for (const step of [1, 2, 5]) all.push(Number(`${step}e${power}`));
  const first = Math.max(0, all.findLastIndex((tick) => tick <= least));
  const last = all.findIndex((tick) => tick >= most);
  return all.slice(first, last + 1);
}

function logarithmic([from, to], [start, end]) {
  const span = Math.log(to / from);
  return (value) => Math.round((start + (Math.log(value / from) / span) * (end - start)) * 10) / 10;
}
