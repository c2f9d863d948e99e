// The country at night: a dot for a citizen, which lights up when a broadcast reaches
// it, and a pin for each phone on the page.

import { calm, h, keyed } from './dom.js';
import { ground, place, places, ratio, shore, towns, water } from './land.js';

const flash = 1100; // milliseconds a dot shines after its message came
const colors = { there: '#35507f', subscribed: '#4a70b8', lit: '#ffc857', bright: '#fff6da' };

export class Country {
  constructor(canvas, pins) {
    this.canvas = canvas;
    this.pins = pins;
    this.pinNodes = new Map();
    this.slots = places(10000);
    this.soil = ground();
    this.dots = '';
    this.reached = 0; // how many dots are lit
    this.since = new Float64Array(this.slots.length); // when a dot lit up
    this.ground = document.createElement('canvas');
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
  }

  // crowd takes a character for each dot: 0 is there, 1 has received something, 2 has
  // received something since the last item went out.
  crowd({ dots }, first) {
    const now = performance.now();
    this.reached = 0;
    for (let i = 0; i < dots.length; i++) {
      if (dots[i] !== '2') { this.since[i] = 0; continue; }
      this.reached++;
      if (this.dots[i] !== '2' && !first) this.since[i] = now + Math.random() * 240;
    }
    this.dots = dots;
    this.begin();
  }

  // people puts a pin for every phone: [{ id, name, place, hue, reached }].
  people(phones, words) {
    const here = new Map();
    keyed(this.pins, this.pinNodes, phones, (phone) => phone.id, {
      create: (phone) => this.pin(phone, here, words),
      update: (node, phone) => this.move(node, phone, here, words),
    });
  }

  pin(phone, here, words) {
    const node = h('span', { class: `pin hue-${phone.hue}` }, h('i', {}), h('b', {}, h('span', {}, phone.name.slice(0, 1))), h('small', {}));
    this.move(node, phone, here, words);
    return node;
  }

  move(node, phone, here, words) {
    const [longitude, latitude] = towns[phone.place] || towns.bishkek;
    const neighbours = here.get(phone.place) || 0;
    here.set(phone.place, neighbours + 1);
    const [x, y] = place(longitude + neighbours * 0.42, latitude);
    node.style.left = `${x * 100}%`;
    node.style.top = `${y * 100}%`;
    node.lastChild.textContent = neighbours === 0 && towns[phone.place] ? words.t(phone.place) : '';
  }

  // reach lets a phone's pin shine.
  reach(id) {
    const node = this.pinNodes.get(id);
    if (!node) return;
    node.classList.remove('reached');
    void node.offsetWidth; // begins the animation anew
    node.classList.add('reached');
  }

  resize() {
    const width = this.canvas.parentElement.clientWidth;
    if (!width) return;
    const density = Math.min(window.devicePixelRatio || 1, 3);
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round((width / ratio) * density);
    this.drawGround();
    this.begin();
  }

  // drawGround paints what never changes: the land and its lake.
  drawGround() {
    const { width, height } = this.canvas;
    Object.assign(this.ground, { width, height });
    const pen = this.ground.getContext('2d');
    const path = new Path2D();
    shore.forEach(([x, y], i) => path[i ? 'lineTo' : 'moveTo'](x * width, y * height));
    path.closePath();
    const slope = pen.createLinearGradient(0, 0, 0, height);
    slope.addColorStop(0, '#1d3768');
    slope.addColorStop(1, '#152a52');
    pen.lineJoin = 'round';
    pen.lineWidth = Math.max(5, width / 110);
    pen.strokeStyle = '#152a52';
    pen.stroke(path);
    pen.fillStyle = slope;
    pen.fill(path);
    pen.fillStyle = '#0b1a38';
    pen.beginPath();
    pen.ellipse(water.at[0] * width, water.at[1] * height, water.wide * width, water.high * height, 0, 0, 7);
    pen.fill();
    pen.fillStyle = 'rgba(160, 185, 235, .13)';
    const dot = Math.max(1, width / 640);
    for (const [x, y] of this.soil) pen.fillRect(x * width, y * height, dot, dot);
  }

  begin() {
    if (!this.frame && this.canvas.width) this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = 0;
    const { width, height } = this.canvas;
    const pen = this.canvas.getContext('2d');
    pen.clearRect(0, 0, width, height);
    pen.drawImage(this.ground, 0, 0);
    const crowded = this.dots.length > 2000;
    const size = Math.max(1, (width / 560) * (crowded ? 1.7 : this.dots.length > 200 ? 2.4 : 3.4));
    const groups = { there: [], subscribed: [], lit: [] };
    const kinds = ['there', 'subscribed', 'lit'];
    for (let i = 0; i < this.dots.length; i++) groups[kinds[this.dots[i]]].push(i);
    for (const [kind, members] of Object.entries(groups)) this.paint(pen, members, colors[kind], kind === 'lit' ? size * 1.3 : size);
    if (this.shine(pen, size)) this.begin();
  }

  paint(pen, members, color, size) {
    const { width, height } = this.canvas;
    pen.fillStyle = color;
    pen.beginPath();
    for (const i of members) {
      const x = this.slots[i][0] * width, y = this.slots[i][1] * height;
      if (size < 2.5) { // too small to be seen as round
        pen.rect(x - size / 2, y - size / 2, size, size);
      } else {
        pen.moveTo(x, y);
        pen.arc(x, y, size / 2, 0, 7);
      }
    }
    pen.fill();
  }

  // shine draws the dots that lit up a moment ago, and reports whether any goes on.
  shine(pen, size) {
    if (calm.matches) return false;
    const now = performance.now();
    let more = false;
    for (let i = 0; i < this.dots.length; i++) {
      const age = (now - this.since[i]) / flash;
      if (this.since[i] === 0 || age >= 1) continue;
      more = true;
      if (age < 0) continue;
      const grown = size * (1 + 1.6 * (1 - age));
      pen.globalAlpha = (1 - age) ** 1.5;
      this.paint(pen, [i], colors.bright, grown);
    }
    pen.globalAlpha = 1;
    return more;
  }
}
