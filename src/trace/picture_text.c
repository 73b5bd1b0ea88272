// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Style and script of pictures. Colours are those of Okabe and Ito, which people with any kind of colour blindness
// tell apart; what matters has a shape or a word besides. Quotes in the script are single ones.

#include "trace/picture.h"

static const char style[] =
    ".rp{font:11px system-ui,'Segoe UI',Helvetica,Arial,sans-serif}\n"
    "svg.rp{background:#fff}.rp .bg{fill:#fff}.rp .fg{fill:#1b1b1b}.rp .dim{fill:#5b5b5b}.rp .band{fill:#f4f5f7}\n"
    ".rp .grid{stroke:#d5d8dd;stroke-width:1}.rp .axis{stroke:#8a8f98;stroke-width:1}\n"
    ".rp .big{font-size:15px;font-weight:600}.rp .bold{font-weight:600}.rp .r{text-anchor:end}.rp .m{text-anchor:middle}\n"
    ".rp .mark{fill:#1b1b1b}.rp .miss{fill:none;stroke:#1b1b1b;stroke-width:2}\n"
    ".rp .n rect{stroke:#fff;stroke-width:.6}.rp .n line{stroke-width:2}.rp .n text{pointer-events:none}\n"
    ".rp .p rect{fill-opacity:.28;stroke-width:1}.rp .p text{fill:#1b1b1b}\n"
    ".rp .c0 rect{fill:#0072b2}.rp .c0 line,.rp .p.c0 rect{stroke:#0072b2}.rp .c0 text{fill:#fff}\n"
    ".rp .c1 rect{fill:#e69f00}.rp .c1 line,.rp .p.c1 rect{stroke:#e69f00}\n"
    ".rp .c2 rect{fill:#009e73}.rp .c2 line,.rp .p.c2 rect{stroke:#009e73}\n"
    ".rp .c3 rect{fill:#cc79a7}.rp .c3 line,.rp .p.c3 rect{stroke:#cc79a7}\n"
    ".rp .c4 rect{fill:#56b4e9}.rp .c4 line,.rp .p.c4 rect{stroke:#56b4e9}\n"
    ".rp .c5 rect{fill:#d55e00}.rp .c5 line,.rp .p.c5 rect{stroke:#d55e00}\n"
    ".rp .c6 rect{fill:#f0e442}.rp .c6 line,.rp .p.c6 rect{stroke:#b8ad00}\n"
    ".rp .c7 rect{fill:#9a9a9a}.rp .c7 line,.rp .p.c7 rect{stroke:#7a7a7a}\n"
    ".rp .n.c1 text,.rp .n.c2 text,.rp .n.c3 text,.rp .n.c4 text,.rp .n.c5 text,.rp .n.c6 text,.rp .n.c7 text{fill:#111}\n"
    ".rp .n.p text{fill:#1b1b1b}\n"
    ".rp .hot rect{stroke:#000!important;stroke-width:2!important}\n"
    "@media(prefers-color-scheme:dark){\n"
    "svg.rp{background:#16181c}.rp .bg{fill:#16181c}.rp .fg,.rp .n.p text,.rp .mark{fill:#eceef1}.rp .dim{fill:#a7adb7}.rp .band{fill:#1f2228}\n"
    ".rp .grid{stroke:#343942}.rp .axis{stroke:#6d7480}.rp .miss{stroke:#eceef1}.rp .n rect{stroke:#16181c}\n"
    ".rp .p rect{fill-opacity:.35}.rp .hot rect{stroke:#fff!important}\n"
    ".rp .p.c0 rect{stroke:#3a9fd8}.rp .c0 rect{fill:#0f7fc0}\n"
    "}\n";

// Every bar has its times in ns (data-t: ready or begin, start, end), what it may say (data-l, data-s) and its node
// (data-k). lay() puts all of it where the shown span wants it.
static const char script[] =
    "(function(){'use strict';\n"
    "var NS='http://www.w3.org/2000/svg';\n"
    "function each(list,f){Array.prototype.forEach.call(list,f);}\n"
    "function start(svg){\n"
    " var d=svg.dataset,X=+d.x,W=+d.w,A=+d.from,B=+d.to,a=A,b=B,\n"
    "  grid=svg.querySelector('.ticks'),top=+d.top,bottom=+d.bottom,bars=[];\n"
    " each(svg.querySelectorAll('.n[data-t]'),function(g){var t=g.dataset.t.split(' ').map(Number);\n"
    "  bars.push({g:g,t:t,r:g.querySelector('rect'),l:g.querySelector('line'),x:g.querySelector('text'),\n"
    "   m:g.querySelector('.at'),k:g.dataset.k,w:[g.dataset.l,g.dataset.s]});});\n"
    " function px(t){return X+(t-a)/(b-a)*W;}\n"
    " function put(tag,at,text){var e=document.createElementNS(NS,tag);\n"
    "  for(var k in at)e.setAttribute(k,at[k]);if(text)e.textContent=text;grid.appendChild(e);}\n"
    " function ticks(){\n"
    "  while(grid.firstChild)grid.removeChild(grid.firstChild);\n"
    "  var raw=(b-a)/18,p=Math.pow(10,Math.floor(Math.log10(raw))),q=raw/p,s=Math.max(1,(q>5?10:q>2?5:q>1?2:1)*p);\n"
    "  var u=(b-a)>=2e6?1e6:(b-a)>=2e3?1e3:1,n=u==1e6?' ms':u==1e3?' \\u00b5s':' ns';\n"
    "  var c=Math.max(0,Math.min(6,Math.ceil(-Math.log10(s/u)-1e-9)));\n"
    "  for(var t=Math.ceil(a/s-1e-9)*s;b+s*1e-6>=t;t+=s){var x=px(t);\n"
    "   put('line',{x1:x,x2:x,y1:top,y2:bottom,'class':'grid'});\n"
    "   put('text',{x:x,y:top-7,'class':'dim m'},(t/u).toFixed(c)+n);\n"
    "   put('text',{x:x,y:bottom+16,'class':'dim m'},(t/u).toFixed(c)+n);}}\n"
    " function lay(){\n"
    "  bars.forEach(function(o){var x0=Math.max(X-5,px(o.t[1])),x1=Math.min(X+W+5,px(o.t[2])),w=Math.max(1,x1-x0);\n"
    "   o.g.style.display=o.t[2]>=a&&b>=o.t[0]?'':'none';\n"
    "   o.r.setAttribute('x',x0);o.r.setAttribute('width',w);\n"
    "   if(o.l){o.l.setAttribute('x1',Math.max(X-5,px(o.t[0])));o.l.setAttribute('x2',x0);}\n"
    "   if(o.m)o.m.setAttribute('transform','translate('+((x0+x1)/2)+' 0)');\n"
    "   if(o.x){var v=o.w[0].length*6.3+6>w?(o.w[1].length*6.3+4>w?'':o.w[1]):o.w[0];\n"
    "    o.x.textContent=v;o.x.setAttribute('x',x0+w/2);}});\n"
    "  ticks();}\n"
    " function at(e){var m=svg.getScreenCTM();return(e.clientX-m.e)/m.a;}\n"
    " function show(l,r){var s=Math.max(100,Math.min(B-A,r-l));l=Math.max(A,Math.min(B-s,l));a=l;b=l+s;lay();}\n"
    " svg.addEventListener('wheel',function(e){if(!e.ctrlKey&&!e.shiftKey&&!d.free)return;e.preventDefault();\n"
    "  var t=a+(at(e)-X)/W*(b-a),f=Math.pow(1.0015,e.deltaY||e.deltaX);show(t-(t-a)*f,t+(b-t)*f);},{passive:false});\n"
    " var from=null;\n"
    " svg.addEventListener('pointerdown',function(e){if(e.button==0){from={x:at(e),a:a,b:b};}});\n"
    " svg.addEventListener('pointermove',function(e){if(from){var m=(at(e)-from.x)/W*(from.b-from.a);show(from.a-m,from.b-m);}});\n"
    " window.addEventListener('pointerup',function(){from=null;});\n"
    " svg.addEventListener('dblclick',function(){show(A,B);});\n"
    " function zoom(f){var c=(a+b)/2,h=(b-a)/2*f;show(c-h,c+h);}\n"
    " each(document.querySelectorAll('[data-zoom]'),function(e){e.addEventListener('click',function(){\n"
    "  var z=e.dataset.zoom;if(z=='all')show(A,B);else if(z=='in')zoom(.5);else if(z=='out')zoom(2);\n"
    "  else show(a+(b-a)*z,b+(b-a)*z);});});\n"
    " bars.forEach(function(o){\n"
    "  o.g.addEventListener('pointerenter',function(){bars.forEach(function(q){q.g.classList.toggle('hot',q.k===o.k);});});\n"
    "  o.g.addEventListener('pointerleave',function(){bars.forEach(function(q){q.g.classList.remove('hot');});});});\n"
    " lay();d.ready='1';}\n"
    "each(document.querySelectorAll('svg.rp[data-from]'),start);\n"
    "})();\n";

void rdo_picture_write_style(struct rdo_text_out *out) { rdo_text_puts(out, style); }
void rdo_picture_write_script(struct rdo_text_out *out) { rdo_text_puts(out, script); }
