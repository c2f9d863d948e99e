// Where people live: an outline of the country, its lake and its towns, and places for
// ten thousand citizens in it, the towns' filled first.

// The corners of the outline are Natural Earth's at 1:110,000,000 (public domain): a
// silhouette, not a statement about borders. Longitude and latitude in degrees.
const corners = [
  [70.96, 42.27], [71.19, 42.70], [71.84, 42.85], [73.49, 42.50], [73.65, 43.09], [74.21, 43.30],
  [75.64, 42.88], [76.00, 42.99], [77.66, 42.96], [79.14, 42.86], [79.64, 42.50], [80.26, 42.35],
  [80.12, 42.12], [78.54, 41.58], [78.19, 41.19], [76.90, 41.07], [76.53, 40.43], [75.47, 40.56],
  [74.78, 40.37], [73.82, 39.89], [73.96, 39.66], [73.68, 39.43], [71.78, 39.28], [70.55, 39.60],
  [69.46, 39.53], [69.56, 40.10], [70.65, 39.94], [71.01, 40.24], [71.77, 40.15], [73.06, 40.87],
  [71.87, 41.39], [71.16, 41.14], [70.42, 41.52], [71.26, 42.17],
];

// Its corners are cut twice (Chaikin), for a silhouette that is calm to look at.
const outline = cut(cut(corners));

const lake = { at: [77.25, 42.43], wide: 0.92, high: 0.235 };

// towns with how strongly they draw people.
export const towns = {
  bishkek: [74.59, 42.83, 3.2], osh: [72.80, 40.53, 2.4], jalal_abad: [73.00, 40.93, 1.5],
  karakol: [78.39, 42.35, 1.3], tokmok: [75.30, 42.78, 1.3], naryn: [76.00, 41.43, 1],
  talas: [72.24, 42.52, 1], batken: [70.82, 40.00, 0.9],
};

const west = 69.3, north = 43.42, wide = 11.1, high = 4.3;
const squeeze = 0.751; // of a degree of longitude at this latitude

// ratio is the map's width by its height.
export const ratio = (wide * squeeze) / high;

// place turns degrees into shares of the map's width and height.
export function place(longitude, latitude) {
  return [(longitude - west) / wide, (north - latitude) / high];
}

export const shore = outline.map(([x, y]) => place(x, y));
export const water = { at: place(...lake.at), wide: lake.wide / wide, high: lake.high / high };

// places returns at least wanted points of the land, the likeliest to be lived in first.
export function places(wanted) {
  let step = 0.07;
  let found = grid(step);
  while (found.length < wanted) found = grid(step *= 0.97);
  const noise = random(20181122);
  for (const point of found) point.distance = remoteness(point.at) + noise() * 0.9 + noise() ** 6 * 2;
  found.sort((a, b) => a.distance - b.distance);
  return found.map((point) => place(...point.at));
}

function cut(points) {
  return points.flatMap(([ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length];
    return [[ax * 0.8 + bx * 0.2, ay * 0.8 + by * 0.2], [ax * 0.2 + bx * 0.8, ay * 0.2 + by * 0.8]];
  });
}

function grid(step) {
  const noise = random(7);
  const points = [];
  for (let row = 0, y = north; y > north - high; y -= step * 0.866, row++) {
    for (let x = west + (row % 2) * step / 2 / squeeze; x < west + wide; x += step / squeeze) {
      const at = [x + (noise() - 0.5) * step * 0.5, y + (noise() - 0.5) * step * 0.5];
      if (inside(at) && !wet(at)) points.push({ at });
    }
  }
  return points;
}

function remoteness([x, y]) {
  let nearest = Infinity;
  for (const [tx, ty, pull] of Object.values(towns)) {
    nearest = Math.min(nearest, Math.hypot((x - tx) * squeeze, y - ty) / pull);
  }
  return nearest * 2.2;
}

function inside([x, y]) {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [ax, ay] = outline[i], [bx, by] = outline[j];
    if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

function wet([x, y]) {
  return ((x - lake.at[0]) / lake.wide) ** 2 + ((y - lake.at[1]) / lake.high) ** 2 < 1;
}

// random is mulberry32: the same seed gives the same country on every screen.
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
