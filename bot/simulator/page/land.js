// The country: its outline, its lake and its towns, and where its people live, which is in
// the valleys.

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

// towns are where the page's people live.
export const towns = {
  bishkek: [74.59, 42.87], osh: [72.80, 40.53], manas: [73.00, 40.93], karakol: [78.39, 42.49],
  tokmok: [75.30, 42.84], naryn: [76.00, 41.43], talas: [72.24, 42.52], batken: [70.82, 40.06],
};

// settled is where people live: longitude, latitude, thousands of people there and in the
// villages around, and how far these lie, in degrees. Rounded from the census of 2022.
const settled = [
  [74.59, 42.87, 1150, 0.10], [74.35, 42.85, 170, 0.13], [73.85, 42.82, 190, 0.16], [74.95, 42.85, 190, 0.12], [75.30, 42.82, 210, 0.12], [75.85, 42.75, 60, 0.14],
  [72.80, 40.53, 560, 0.09], [72.55, 40.45, 160, 0.10], [72.62, 40.27, 280, 0.12], [73.35, 40.77, 290, 0.12], [73.20, 40.60, 180, 0.10], [72.10, 40.33, 150, 0.10], [73.55, 40.30, 80, 0.15],
  [73.00, 40.93, 330, 0.11], [72.75, 41.05, 240, 0.12], [72.90, 41.25, 170, 0.12], [72.20, 41.20, 130, 0.12], [71.85, 41.65, 90, 0.14], [73.35, 41.25, 60, 0.14], [72.85, 41.85, 50, 0.15], [74.30, 41.30, 40, 0.13],
  [70.82, 40.06, 110, 0.12], [69.60, 39.84, 130, 0.10], [71.55, 40.18, 130, 0.12], [72.05, 40.18, 100, 0.09], [70.60, 39.90, 60, 0.12],
  [78.39, 42.49, 170, 0.14], [78.00, 42.72, 70, 0.11], [77.08, 42.65, 80, 0.12], [76.20, 42.45, 70, 0.10], [76.95, 42.14, 60, 0.12], [77.75, 42.20, 70, 0.12], [78.90, 42.55, 40, 0.12],
  [72.24, 42.52, 170, 0.16], [71.60, 42.62, 60, 0.14], [72.90, 42.42, 30, 0.13],
  [76.00, 41.43, 90, 0.14], [75.75, 41.17, 50, 0.13], [75.30, 41.75, 60, 0.16], [75.80, 42.20, 70, 0.15], [74.45, 41.90, 30, 0.18], [74.85, 41.40, 30, 0.16], [76.60, 41.45, 20, 0.15],
  [72.90, 39.70, 40, 0.18], [73.90, 39.90, 25, 0.15], [72.00, 39.60, 30, 0.16],
];

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

// places returns where so many people live: of any of them, the first so many are spread
// as all are.
export function places(wanted) {
  const noise = random(20181122);
  const everybody = settled.reduce((sum, [, , thousands]) => sum + thousands, 0);
  const points = [];
  while (points.length < wanted) {
    let left = noise() * everybody;
    const [x, y, , far] = settled.find(([, , thousands]) => (left -= thousands) < 0);
    const away = far * Math.sqrt(-2 * Math.log(1 - noise())), turn = 2 * Math.PI * noise();
    const at = [x + (away * Math.cos(turn)) / squeeze, y + away * Math.sin(turn)];
    if (inside(at) && !wet(at)) points.push(place(...at));
  }
  return points;
}

// ground returns points all over the land, for what it looks like.
export function ground() {
  return grid(0.07).map((at) => place(...at));
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
      if (inside(at) && !wet(at)) points.push(at);
    }
  }
  return points;
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
