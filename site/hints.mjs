// What surprises a newcomer, from the description of an answer (`f=json`), with the change that mends it.

/** Hints for a state and its description: { text, action, changes }. */
export function hints({ asked }, description) {
  if (!description?.plan) return [];
  return [bars(asked, description), enlarged(asked, description), uncropped(asked, description), memory(description)].filter(Boolean);
}

/** Bars beside or above the picture, which is what `fit=contain` does in a box of another shape. */
function bars(asked, { plan }) {
  const { image, width, height } = plan;
  if ((asked.fit ?? 'contain') !== 'contain' && asked.fit !== 'pad') return undefined;
  const across = width - image.width;
  const down = height - image.height;
  if (across < 2 && down < 2) return undefined;
  const given = ['w', 'h'].filter((side) => asked[side] !== undefined && asked[side] !== 'auto');
  const missing = ['w', 'h'].filter((side) => !given.includes(side));
  const why =
    given.length === 1 && asked[missing[0]] === undefined
      ? `${missing[0]} is not given, and is ${missing[0] === 'h' ? height : width} then. The picture is ${image.width} × ${image.height}, and the rest is filled.`
      : `The box has another shape than the picture, which is ${image.width} × ${image.height} in it. The rest is filled.`;
  const side = missing[0] ?? (down > 1 ? 'h' : 'w');
  return { text: `There are bars ${down > across ? 'above and below' : 'beside the picture'}. ${why} Say ${side}=auto for a box of the picture's shape, or fit=cover to fill the box.`, action: `${side}=auto`, changes: { [side]: 'auto' } };
}

function enlarged(asked, { plan, source }) {
  const { image, area } = plan;
  const turned = ['90', '270'].includes(asked.ro);
  const [width, height] = turned ? [area.height, area.width] : [area.width, area.height];
  if (image.width <= width * 1.01 || image.height <= height * 1.01) return undefined;
  const changes = ['contain', 'pad', undefined].includes(asked.fit) ? { fit: 'scale-down' } : { we: '1' };
  return { text: `The picture is enlarged: ${source.width} × ${source.height} is all there is. Enlarging adds bytes and no detail.`, action: Object.entries(changes)[0].join('='), changes };
}

function uncropped(asked, { plan }) {
  if (!/^[\d.]+x[\d.]+$/.test(asked.a ?? '') || ['cover', 'crop', 'aspect-crop'].includes(asked.fit)) return undefined;
  const side = Math.max(1, Math.round(Math.min(plan.width, plan.height)));
  return { text: 'The focal point counts where a picture is cropped, and here nothing is cut off. Say fit=cover, with both sides.', action: 'a square with fit=cover', changes: { fit: 'cover', w: String(side), h: String(side) } };
}

function memory({ memory: told }) {
  if (!told || told.fits) return undefined;
  return { text: 'This needs more memory than one image may have. Ask for a smaller size, or another format.' };
}
