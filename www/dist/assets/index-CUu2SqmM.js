const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./diff-BkYwnNo_.js","./editor-BQi144Sh.js"])))=>i.map(i=>d[i]);
function e(e,n={},...r){let i=document.createElement(e);for(let[e,t]of Object.entries(n))typeof t==`function`?i.addEventListener(e.slice(2),t):t===!0?i.setAttribute(e,``):t!==!1&&t!==void 0&&i.setAttribute(e,String(t));return t(i,r),i}function t(e,t){for(let n of t)n!==!1&&n!=null&&e.appendChild(typeof n==`object`?n:document.createTextNode(String(n)))}function n(e,t=document){let n=t.querySelector(e);if(n===null)throw Error(`the page has no ${e}`);return n}var r={error:[`M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z`,`M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8`],warning:[`M8 1.6 15 14H1Z`,`M8 6v3.6M8 11.6v.4`],info:[`M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z`,`M8 7.4v3.8M8 4.6V5`],ok:[`M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z`,`M5 8.2l2.2 2.2L11 6`],folder:[`M1.5 3.5h4.6l1.4 1.7h7v7.6h-13Z`,``],file:[`M3.5 1.5h6l3 3v10h-9Z`,`M9.5 1.5v3h3`],archive:[`M2 2.5h12v3H2zM3 5.5h10v8H3Z`,`M6.4 8.2h3.2`],chevron:[``,`M6 4l4 4-4 4`]};function i(e){let t=`http://www.w3.org/2000/svg`,n=document.createElementNS(t,`svg`);return n.setAttribute(`viewBox`,`0 0 16 16`),n.setAttribute(`aria-hidden`,`true`),n.setAttribute(`class`,`icon ${e}`),r[e].forEach((e,r)=>{if(e===``)return;let i=document.createElementNS(t,`path`);i.setAttribute(`d`,e),i.setAttribute(`class`,r===0?`shape`:`stroke`),n.append(i)}),n}function a(e,t,n=`${t}s`){return`${e} ${e===1?t:n}`}var o=class{__destroy_into_raw(){let e=this.__wbg_ptr;return this.__wbg_ptr=0,f.unregister(this),e}free(){let e=this.__destroy_into_raw();u(),x.__wbg_files_free(e,0)}add_bytes(e,t){if(this.__wbg_inst!==void 0&&this.__wbg_inst!==d)throw Error(`Invalid stale object from previous Wasm instance`);let n,r,i,a;try{n=g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),r=b,i=te(t,x.__wbindgen_malloc),a=b}catch(e){throw i&&x.__wbindgen_free(i,a*1,1),n&&x.__wbindgen_free(n,r*1,1),e}u(),x.files_add_bytes(this.__wbg_ptr,n,r,i,a)}add_text(e,t){if(this.__wbg_inst!==void 0&&this.__wbg_inst!==d)throw Error(`Invalid stale object from previous Wasm instance`);let n,r,i,a;try{n=g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),r=b,i=g(t,x.__wbindgen_malloc,x.__wbindgen_realloc),a=b}catch(e){throw i&&x.__wbindgen_free(i,a*1,1),n&&x.__wbindgen_free(n,r*1,1),e}u(),x.files_add_text(this.__wbg_ptr,n,r,i,a)}check(){let e,t;try{if(this.__wbg_inst!==void 0&&this.__wbg_inst!==d)throw Error(`Invalid stale object from previous Wasm instance`);let n;return u(),n=x.files_check(this.__wbg_ptr),e=n[0],t=n[1],p(n[0],n[1])}finally{u(),x.__wbindgen_free(e,t,1)}}configure(e){if(this.__wbg_inst!==void 0&&this.__wbg_inst!==d)throw Error(`Invalid stale object from previous Wasm instance`);let t=g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),n=b,r;if(u(),r=x.files_configure(this.__wbg_ptr,t,n),r[1])throw re(r[0])}fix(e,t){let n,r;try{if(this.__wbg_inst!==void 0&&this.__wbg_inst!==d)throw Error(`Invalid stale object from previous Wasm instance`);let o=+t,s=g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),c=b,l;u(),l=x.files_fix(this.__wbg_ptr,s,c,o);var i=l[0],a=l[1];if(l[3])throw i=0,a=0,re(l[2]);return n=i,r=a,p(i,a)}finally{u(),x.__wbindgen_free(n,r,1)}}constructor(e){var t=ee(e)?0:g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),n=b;let r;return u(),r=x.files_new(t,n),this.__wbg_ptr=r,Object.defineProperty(this,"__wbg_inst",{value:d,writable:!0}),f.register(this,{ptr:r,instance:d},this),this}report(e){if(this.__wbg_inst!==void 0&&this.__wbg_inst!==d)throw Error(`Invalid stale object from previous Wasm instance`);let t=g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),n=b,r;u(),r=x.files_report(this.__wbg_ptr,t,n);let i;return r[0]!==0&&(i=p(r[0],r[1]),x.__wbindgen_free(r[0],r[1]*1,1)),i}};Symbol.dispose&&(o.prototype[Symbol.dispose]=o.prototype.free);function s(){d++,m=null,v!==void 0&&(v=0),b!==void 0&&(b=0),ne=!1,se=new WebAssembly.Instance(oe,l()),x=se.exports,x.__wbindgen_start()}function c(e){let t=g(e,x.__wbindgen_malloc,x.__wbindgen_realloc),n=b,r;u(),r=x.explain(t,n);let i;return r[0]!==0&&(i=p(r[0],r[1]),x.__wbindgen_free(r[0],r[1]*1,1)),i}function l(){return{__proto__:null,"./ccf_edge_bg.js":{__proto__:null,__wbg_Error_208446807d0d1e30:function(e,t){return Error(p(e,t))},__wbg___wbindgen_throw_4c88d8bf264fd984:function(e,t){throw Error(p(e,t))},__wbindgen_init_externref_table:function(){let e=x.__wbindgen_externrefs;e.set(0,void 0),e.set(1024,void 0),e.set(1025,null),e.set(1026,!0),e.set(1027,!1)}}}}function u(){ne&&s()}var d=0,f=typeof FinalizationRegistry>`u`?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(({ptr:e,instance:t})=>{t===d&&x.__wbg_files_free(e,1)});function p(e,t){return e>>>=0,ae(h().subarray(e,e+t))}var m=null;function h(){return(m===null||m.byteLength===0)&&(m=new Uint8Array(x.memory.buffer)),m}function ee(e){return e==null}function te(e,t){let n=t(e.length*1,1)>>>0;return h().set(e,n/1),b=e.length,n}function g(e,t,n){if(n===void 0){let n=y.encode(e),r=t(n.length,1)>>>0;return h().subarray(r,r+n.length).set(n),b=n.length,r}let r=e.length,i=t(r,1)>>>0,a=h(),o=0;for(;o<r;o++){let t=e.charCodeAt(o);if(t>127)break;a[i+o]=t}if(o!==r){o!==0&&(e=e.slice(o)),i=n(i,r,r=o+e.length*3,1)>>>0;let t=h().subarray(i+o,i+r),a=y.encodeInto(e,t);o+=a.written,i=n(i,r,o,1)>>>0}return b=o,i}var ne=!1;function re(e){let t=x.__wbindgen_externrefs.get(e);return x.__externref_table_dealloc(e),t}var _=new TextDecoder(`utf-8`,{ignoreBOM:!0});_.decode();var ie=2146435072,v=0;function ae(e){return v+=e.length,v>=ie&&(_=new TextDecoder(`utf-8`,{ignoreBOM:!0}),_.decode(),v=e.length),_.decode(e)}var y=new TextEncoder;`encodeInto`in y||(y.encodeInto=function(e,t){let n=y.encode(e);return t.set(n),{read:e.length,written:n.length}});var b=0,oe,se,x;function ce(e,t){return se=e,x=e.exports,oe=t,m=null,x.__wbindgen_start(),x}async function le(e,t){if(typeof Response==`function`&&e instanceof Response){if(!e.ok)throw Error(`failed to fetch Wasm: ${e.status} ${e.statusText} fetching '${e.url}'`);if(typeof WebAssembly.instantiateStreaming==`function`)try{return await WebAssembly.instantiateStreaming(e,t)}catch(t){if(n(e.type)&&e.headers.get(`Content-Type`)!==`application/wasm`)console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n",t);else throw t}let r=await e.arrayBuffer();return await WebAssembly.instantiate(r,t)}{let n=await WebAssembly.instantiate(e,t);return n instanceof WebAssembly.Instance?{instance:n,module:e}:n}function n(e){switch(e){case`basic`:case`cors`:case`default`:return!0}return!1}}var S;async function ue(e){return x===void 0?(S===void 0&&(S=de(e),S.catch(()=>{S=void 0})),S):x}async function de(e){e!==void 0&&(Object.getPrototypeOf(e)===Object.prototype?{module_or_path:e}=e:console.warn(`using deprecated parameters for the initialization function; pass a single object instead`));let t=l();(typeof e==`string`||typeof Request==`function`&&e instanceof Request||typeof URL==`function`&&e instanceof URL)&&(e=fetch(e));let{instance:n,module:r}=await le(await e,t);return ce(n,r)}function C(e,t={}){return he(e,t,e=>JSON.parse(e.check()).findings)}function fe(e,t,n={}){return he(e,n,e=>{e.check();let n=e.report(t);if(n===void 0)throw TypeError(`there is no format ${JSON.stringify(t)}`);return n})}function pe(e,t,{suggested:n=!1}={}){return he(e,{},e=>JSON.parse(e.fix(JSON.stringify(t),n)))}function me(e){return _e(()=>c(e))}function he(e,t,n){return _e(()=>{let r=new o(t.name);try{for(let[t,n]of e instanceof Map?e:Object.entries(e))if(typeof n==`string`)r.add_text(t,n);else if(n instanceof Uint8Array)r.add_bytes(t,n);else throw TypeError(`the content of ${t} has to be a string or a Uint8Array`);return ge(r,t),n(r)}finally{r.free()}})}function ge(e,{config:t,rules:n,suppress:r}){t!==void 0&&e.configure(t),(n!==void 0||r!==void 0)&&e.configure(JSON.stringify({rules:n,suppress:r}))}function _e(e){try{return e()}catch(e){throw e instanceof WebAssembly.RuntimeError?(s(),Error(`ccf-edge failed on this input, which is a bug of it: please report it`,{cause:e})):e}}var ve=ue({module_or_path:new URL(new URL(`ccf_edge_bg-DxZonSHX.wasm`,import.meta.url).href,``+import.meta.url)}).then(()=>void 0),ye=8e3;function w(t,r){let i=n(`.toasts`),a=()=>o.remove(),o=e(`div`,{class:`toast`},e(`span`,{},t),r!==void 0&&e(`button`,{type:`button`,onclick:()=>{a(),r.run()}},r.label),e(`button`,{type:`button`,class:`close`,"aria-label":`Dismiss`,onclick:a},`×`));i.replaceChildren(o);let s=setTimeout(a,ye),c=()=>clearTimeout(s),l=()=>{clearTimeout(s),s=setTimeout(a,ye)};o.addEventListener(`pointerenter`,c),o.addEventListener(`focusin`,c),o.addEventListener(`pointerleave`,l),o.addEventListener(`focusout`,l)}function be(){return{async:!1,breaks:!1,extensions:null,gfm:!0,hooks:null,pedantic:!1,renderer:null,silent:!1,tokenizer:null,walkTokens:null}}var T=be();function xe(e){T=e}var E={exec:()=>null};function D(e){let t=[];return n=>{let r=Math.max(0,Math.min(3,n-1)),i=t[r];return i||(i=e(r),t[r]=i),i}}function O(e,t=``){let n=typeof e==`string`?e:e.source,r={replace:(e,t)=>{let i=typeof t==`string`?t:t.source;return i=i.replace(k.caret,`$1`),n=n.replace(e,i),r},getRegex:()=>new RegExp(n,t)};return r}var Se=((e=``)=>{try{return!!RegExp(`(?<=1)(?<!1)`+e)}catch{return!1}})(),k={codeRemoveIndent:/^(?: {0,3}\t| {1,4})/gm,listInterruptsParagraph:/^ {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t\n]/,outputLinkReplace:/\\([\[\]])/g,indentCodeCompensation:/^(\s+)(?:```)/,beginningSpace:/^\s+/,endingHash:/#$/,startingSpaceChar:/^ /,endingSpaceChar:/ $/,endingSpaceTabChar:/[ \t]$/,nonSpaceChar:/[^ ]/,newLineCharGlobal:/\n/g,tabCharGlobal:/\t/g,leadingSpaceTab:/^[ \t]+/,multipleSpaceGlobal:/\s+/g,blankLine:/^[ \t]*$/,doubleBlankLine:/\n[ \t]*\n[ \t]*$/,blockquoteStart:/^ {0,3}>/,blockquoteSetextReplace:/\n {0,3}((?:=+|-+)[ \t]*)(?=\n|$)/g,blockquoteSetextReplace2:/^ {0,3}>[ \t]?/gm,blockquoteMarkerWhitespace:/^( {0,3}>)(\t[ \t]*)/gm,nestedBlockMarker:/^ {0,3}(?:(?:[*+-]|\d{1,9}[.)])(?: |$)|> ?)/,listReplaceNesting:/^ {1,4}(?=( {4})*[^ ])/g,listIsTask:/^\[[ xX]\][ \t]+\S/,listReplaceTask:/^\[[ xX]\][ \t]+/,listTaskCheckbox:/\[[ xX]\]/,anyLine:/\n.*\n/,hrefBrackets:/^<(.*)>$/,tableDelimiter:/[:|]/,tableAlignChars:/^\||\| *$/g,tableRowBlankLine:/\n[ \t]*$/,tableAlignRight:/^ *-+: *$/,tableAlignCenter:/^ *:-+: *$/,tableAlignLeft:/^ *:-+ *$/,startATag:/^<a /i,endATag:/^<\/a>/i,startPreScriptTag:/^<(pre|code|kbd|script)(\s|>)/i,endPreScriptTag:/^<\/(pre|code|kbd|script)(\s|>)/i,startAngleBracket:/^</,endAngleBracket:/>$/,pedanticHrefTitle:/^([^'"]*[^\s])\s+(['"])(.*)\2/,unicodeAlphaNumeric:/[\p{L}\p{N}]/u,numericCharacterReference:/&#(?:(\d{1,7})|[Xx]([A-Fa-f0-9]{1,6}));/,numericCharacterReferenceOrAmpersand:/&#(?:(\d{1,7})|[Xx]([A-Fa-f0-9]{1,6}));|&(?!(#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/g,escapeTest:/[&<>"']/,escapeReplace:/[&<>"']/g,escapeTestNoEncode:/[<>"']|&(?!(#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/,escapeReplaceNoEncode:/[<>"']|&(?!(#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/g,caret:/(^|[^\[])\^/g,percentDecode:/%25/g,findPipe:/\|/g,splitPipe:/ \|/,slashPipe:/\\\|/g,carriageReturn:/\r\n|\r/g,spaceLine:/^ +$/gm,notSpaceStart:/^\S*/,endingNewline:/\n$/,listItemRegex:e=>RegExp(`^( {0,3}${e})((?:[	 ][^\\n]*)?(?:\\n|$))`),nextBulletRegex:D(e=>RegExp(`^ {0,${e}}(?:[*+-]|\\d{1,9}[.)])((?:[ 	][^\\n]*)?(?:\\n|$))`)),hrRegex:D(e=>RegExp(`^ {0,${e}}((?:-[ 	]*){3,}|(?:_[ 	]*){3,}|(?:\\*[ 	]*){3,})(?:\\n+|$)`)),fencesBeginRegex:D(e=>RegExp(`^ {0,${e}}(?:\`\`\`|~~~)`)),headingBeginRegex:D(e=>RegExp(`^ {0,${e}}#{1,6}(?:\\s|$)`)),pedanticHeadingBeginRegex:D(e=>RegExp(`^ {0,${e}}#`)),htmlBeginRegex:D(e=>RegExp(`^ {0,${e}}(?:</?(?:${Oe})(?:[ \\t]+|$|/?>)|<(?:(?:script|pre|style|textarea)(?:[\\s>]|$)|!--)|<\\?|<![A-Za-z]|<!\\[CDATA\\[)`,`i`)),blockquoteBeginRegex:D(e=>RegExp(`^ {0,${e}}>`)),nestedContainerMarkers:/^(?: {0,3}(?:(?:[*+-]|\d{1,9}[.)])[ \t]+|>[ \t]?))+/},Ce=/^(?:[ \t]*(?:\n|$))+/,we=/^((?: {4}| {0,3}\t)[^\n]+(?:\n(?:[ \t]*(?:\n|$))*)?)+/,Te=/^ {0,3}(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})([^\n]*)(?:\n|$)(?:|([\s\S]*?)(?:\n|$))(?: {0,3}(?:(?=`)\1`*|(?=~)\1~*) *(?=\n|$)|$)/,A=/^ {0,3}((?:-[\t ]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})(?:\n+|$)/,Ee=/^ {0,3}(#{1,6})(?=\s|$)(.*)(?:\n+|$)/,De=/ {0,3}(?:[*+-]|\d{1,9}[.)])/,Oe=`address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|meta|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul`,j=O(` {0,3}(?:</?(?:tag)(?:[ \\t]+|\\n|/?>)|<(?:(?:script|pre|style|textarea)(?:[\\s>]|$)|!--)|<\\?|<![A-Za-z]|<!\\[CDATA\\[)`).replace(`tag`,Oe).getRegex(),ke=/^(?!bull |blockCode|fences|blockquote|heading|html|table)((?:.|\n(?!\s*?\n|bull |fences|blockquote|heading|hr|html|table))+?)\n {0,3}(=+|-+)[ \t]*(?:\n+|$)/,Ae=O(ke).replace(/bull/g,De).replace(/blockCode/g,/(?: {4}| {0,3}\t)/).replace(/fences/g,/ {0,3}(?:`{3,}|~{3,})/).replace(/blockquote/g,/ {0,3}>/).replace(/heading/g,/ {0,3}#{1,6}(?:\s|$)/).replace(/hr/g,/ {0,3}(?:(?:-[\t ]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})(?:\n+|$)/).replace(/\|table/g,``).replace(/html/g,j).getRegex(),je=O(ke).replace(/bull/g,De).replace(/blockCode/g,/(?: {4}| {0,3}\t)/).replace(/fences/g,/ {0,3}(?:`{3,}|~{3,})/).replace(/blockquote/g,/ {0,3}>/).replace(/heading/g,/ {0,3}#{1,6}(?:\s|$)/).replace(/hr/g,/ {0,3}(?:(?:-[\t ]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})(?:\n+|$)/).replace(/table/g,/ {0,3}\|?(?:[:\- ]*\|)+[\:\- ]*\n/).replace(/html/g,j).getRegex(),Me=/^([^\n]+(?:\n(?!hr|heading|lheading|blockquote|fences|list|html|table|[ \t]+\n)[^\n]+)*)/,Ne=/^[^\n]+/,Pe=/(?!\s*\])(?:\\[\s\S]|[^\[\]\\\n]|\n(?![ \t]*\n))+/,Fe=O(/^ {0,3}\[(label)\]: *(?:\n[ \t]*)?([^<\s][^\s]*|<(?:\\.|[^\n<>\\])*>)(?:(?: +(?:\n[ \t]*)?| *\n[ \t]*)(title))? *(?:\n+|$)/).replace(`label`,Pe).replace(`title`,/(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\\n]|\n(?!\n))*'|\((?:\\[\s\S]|[^()\\])*\))/).getRegex(),Ie=O(/^(bull)([ \t][^\n]*?)?(?:\n|$)/).replace(/bull/g,De).getRegex(),Le=/<!--(?:-?>|[\s\S]*?(?:-->|$))/,Re=O(`^ {0,3}(?:<(script|pre|style|textarea)[\\s>][\\s\\S]*?(?:</\\1>[^\\n]*\\n*|$)|comment[^\\n]*(\\n+|$)|<\\?[\\s\\S]*?(?:\\?>[^\\n]*\\n*|$)|<![A-Z][\\s\\S]*?(?:>[^\\n]*\\n*|$)|<!\\[CDATA\\[[\\s\\S]*?(?:\\]\\]>[^\\n]*\\n*|$)|</?(tag)(?:[ \\t]+|\\n|/?>|$)[\\s\\S]*?(?:(?:\\n[ 	]*)+\\n|$)|<(?!(?:script|pre|style|textarea)(?![a-z0-9-]))([a-z][a-z0-9-]*)(?:attribute)*?[ \\t]*/?>(?=[ \\t]*(?:\\n|$))[\\s\\S]*?(?:(?:\\n[ 	]*)+\\n|$)|</[a-z][a-z0-9-]*\\s*>(?=[ \\t]*(?:\\n|$))[\\s\\S]*?(?:(?:\\n[ 	]*)+\\n|$))`,`i`).replace(`comment`,Le).replace(`tag`,Oe).replace(`attribute`,/[ \t]+[a-zA-Z:_][\w.:-]*(?:[ \t]*=[ \t]*"[^"\n]*"|[ \t]*=[ \t]*'[^'\n]*'|[ \t]*=[ \t]*[^\s"'=<>`]+)?/).getRegex(),ze=e=>O(Me).replace(`hr`,A).replace(`heading`,` {0,3}#{1,6}(?:\\s|$)`).replace(`|lheading`,``).replace(`|table`,``).replace(`blockquote`,` {0,3}>`).replace(`fences`," {0,3}(?:`{3,}(?=[^`\\n]*(?:\\n|$))|~~~)[^\\n]*(?:\\n|$)").replace(`list`,e).replace(`html`,j).getRegex(),Be=ze(/ {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t\n]/),Ve=ze(/ {0,3}(?:[*+-]|\d{1,9}[.)])(?:[ \t]|\n|$)/),He={blockquote:O(/^( {0,3}> ?(?:(?![ \t]*(?:\n|$))(paragraph)|[^\n]*)(?:\n|$))+/).replace(`paragraph`,Ve).getRegex(),code:we,def:Fe,fences:Te,heading:Ee,hr:A,html:Re,lheading:Ae,list:Ie,newline:Ce,paragraph:Be,table:E,text:Ne},Ue=O(`^ *([^\\n ].*)\\n {0,3}((?:\\| *)?:?-+:? *(?:\\| *:?-+:? *)*(?:\\| *)?)(?:\\n((?:(?! *\\n|hr|heading|blockquote|code|fences|list|html).*(?:\\n|$))*)\\n*|$)`).replace(`hr`,A).replace(`heading`,` {0,3}#{1,6}(?:\\s|$)`).replace(`blockquote`,` {0,3}>`).replace(`code`,`(?: {4}| {0,3}	)[^\\n]`).replace(`fences`," {0,3}(?:`{3,}(?=[^`\\n]*(?:\\n|$))|~~~)[^\\n]*(?:\\n|$)").replace(`list`,` {0,3}(?:[*+-]|1[.)])[ \\t]`).replace(`html`,j).getRegex(),We={...He,lheading:je,table:Ue,paragraph:O(Me).replace(`hr`,A).replace(`heading`,` {0,3}#{1,6}(?:\\s|$)`).replace(`|lheading`,``).replace(`table`,Ue).replace(`blockquote`,` {0,3}>`).replace(`fences`," {0,3}(?:`{3,}(?=[^`\\n]*(?:\\n|$))|~~~)[^\\n]*(?:\\n|$)").replace(`list`,` {0,3}(?:[*+-]|1[.)])[ \\t]+[^ \\t\\n]`).replace(`html`,j).getRegex()},Ge={...He,html:O(`^ *(?:comment(?: *\\n|\\s*$)|<(tag)[\\s\\S]+?</\\1>(?: *\\n{2,}|\\s*$)|<tag(?:"[^"]*"|'[^']*'|\\s[^'"/>\\s]*)*?/?>(?: *\\n{2,}|\\s*$))`).replace(`comment`,Le).replace(/tag/g,`(?!(?:a|em|strong|small|s|cite|q|dfn|abbr|data|time|code|var|samp|kbd|sub|sup|i|b|u|mark|ruby|rt|rp|bdi|bdo|span|br|wbr|ins|del|img)\\b)\\w+(?!:|[^\\w\\s@]*@)\\b`).getRegex(),def:/^ *\[([^\]]+)\]: *<?([^\s>]+)>?(?: +(["(][^\n]+[")]))? *(?:\n+|$)/,heading:/^(#{1,6})(.*)(?:\n+|$)/,fences:E,lheading:/^(.+?)\n {0,3}(=+|-+) *(?:\n+|$)/,paragraph:O(Me).replace(`hr`,A).replace(`heading`,` *#{1,6} *[^
]`).replace(`|table`,``).replace(`blockquote`,` {0,3}>`).replace(`|fences`,``).replace(`|list`,``).replace(`|html`,``).replace(`|tag`,``).replace(`lheading`,Ae).getRegex()},Ke=/^\\([!"#$%&'()*+,\-./:;<=>?@\[\]\\^_`{|}~])/,qe=/^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/,Je=/^( {2,}|\\)\n(?!\s*$)[ \t]*/,Ye=/^(`+|[^`])(?:(?= {2,}\n)|[\s\S]*?(?:(?=[\\<!\[`*_]|\b_|$)|[^ ](?= {2,}\n)))/,M=/[\p{P}\p{S}]/u,N=/[\s\p{P}\p{S}]/u,P=/[^\s\p{P}\p{S}]/u,Xe=O(/^((?![*_])punctSpace)/,`u`).replace(/punctSpace/g,N).getRegex(),Ze=/[\p{Pi}\p{Ps}"']/u,Qe=/(?!~)[\p{P}\p{S}]/u,$e=/(?!~)[\s\p{P}\p{S}]/u,et=/(?:[^\s\p{P}\p{S}]|~)/u,tt=O(/link|precode-code|html/,`g`).replace(`link`,/\[(?:[^\[\]`]|(?<a>`+)[^`]+\k<a>(?!`))*?\]\((?:\\[\s\S]|[^\\\(\)]|\((?:\\[\s\S]|[^\\\(\)])*\))*\)/).replace(`precode-`,Se?"(?<!`)()":"(^^|[^`])").replace(`code`,/(?<b>`+)[^`]+\k<b>(?!`)/).replace(`html`,/<(?! )[^<>]*?>/).getRegex(),nt=/^(?:\*+(?:((?!\*)punct)|([^\s*]))?)|^_+(?:((?!_)punct)|([^\s_]))?/,rt=O(nt,`u`).replace(/punct/g,M).getRegex(),it=O(nt,`u`).replace(/punct/g,Qe).getRegex(),at=O(/^(?:\*+(?:((?!\*)(?!openQuote)punct)|([^\s*]))?)|^_+(?:((?!_)(?!openQuote)punct)|([^\s_]))?/,`u`).replace(/openQuote/g,Ze).replace(/punct/g,M).getRegex(),ot=`^[^_*]*?__[^_*]*?\\*[^_*]*?(?=__)|[^*]+(?=[^*])|(?!\\*)punct(\\*+)(?=[\\s]|$)|notPunctSpace(\\*+)(?!\\*)(?=punctSpace|$)|(?!\\*)punctSpace(\\*+)(?=notPunctSpace)|[\\s](\\*+)(?!\\*)(?=punct)|(?!\\*)punct(\\*+)(?!\\*)(?=punct)|notPunctSpace(\\*+)(?=notPunctSpace)`,st=O(ot,`gu`).replace(/notPunctSpace/g,P).replace(/punctSpace/g,N).replace(/punct/g,M).getRegex(),ct=O(ot,`gu`).replace(/notPunctSpace/g,et).replace(/punctSpace/g,$e).replace(/punct/g,Qe).getRegex(),lt=O(`^[^_*]*?__[^_*]*?\\*[^_*]*?(?=__)|[^*]+(?=[^*])|(?!\\*)punct(\\*+)(?=[\\s]|$)|notPunctSpace(\\*+)(?!\\*)(?=punctSpace|$)|(?!\\*)[\\s](\\*+)(?=notPunctSpace)|[\\s](\\*+)(?!\\*)(?=punct)|(?!\\*)punct(\\*+)(?!\\*)(?=punct)|(?:(?!\\*)punct|notPunctSpace)(\\*+)(?!\\*)(?=notPunctSpace)`,`gu`).replace(/notPunctSpace/g,P).replace(/punctSpace/g,N).replace(/punct/g,M).getRegex(),ut=O(`^[^_*]*?\\*\\*[^_*]*?_[^_*]*?(?=\\*\\*)|[^_]+(?=[^_])|(?!_)punct(_+)(?=[\\s]|$)|notPunctSpace(_+)(?!_)(?=punctSpace|$)|(?!_)punctSpace(_+)(?=notPunctSpace)|[\\s](_+)(?!_)(?=punct)|(?!_)punct(_+)(?!_)(?=punct)`,`gu`).replace(/notPunctSpace/g,P).replace(/punctSpace/g,N).replace(/punct/g,M).getRegex(),dt=O(`^[^_*]*?\\*\\*[^_*]*?_[^_*]*?(?=\\*\\*)|[^_]+(?=[^_])|(?!_)punct(_+)(?=[\\s]|$)|notPunctSpace(_+)(?!_)(?=punctSpace|$)|(?!_)[\\s](_+)(?=notPunctSpace)|[\\s](_+)(?!_)(?=punct)|(?!_)punct(_+)(?!_)(?=punct)|(?:(?!_)punct|notPunctSpace)(_+)(?!_)(?=notPunctSpace)`,`gu`).replace(/notPunctSpace/g,P).replace(/punctSpace/g,N).replace(/punct/g,M).getRegex(),ft=O(/^~~?(?:((?!~)punct)|[^\s~])/,`u`).replace(/punct/g,M).getRegex(),pt=O(`^[^~]+(?=[^~])|(?!~)punct(~~?)(?=[\\s]|$)|notPunctSpace(~~?)(?!~)(?=punctSpace|$)|(?!~)punctSpace(~~?)(?=notPunctSpace)|[\\s](~~?)(?!~)(?=punct)|(?!~)punct(~~?)(?!~)(?=punct)|notPunctSpace(~~?)(?=notPunctSpace)`,`gu`).replace(/notPunctSpace/g,P).replace(/punctSpace/g,N).replace(/punct/g,M).getRegex(),mt=O(/\\(punct)/,`gu`).replace(/punct/g,M).getRegex(),ht=O(/(`+)(?:[^`]|[^`][\s\S]*?[^`])\1(?!`)|`+|\\(punct)/,`gu`).replace(/punct/g,M).getRegex(),gt=O(/^<(scheme:[^\s\x00-\x1f<>]*|email)>/).replace(`scheme`,/[a-zA-Z][a-zA-Z0-9+.-]{1,31}/).replace(`email`,/[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+(@)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+(?![-_])/).getRegex(),_t=O(Le).replace(`(?:-->|$)`,`-->`).getRegex(),vt=O(`^comment|^</[a-zA-Z][a-zA-Z0-9-]*\\s*>|^<[a-zA-Z][a-zA-Z0-9-]*(?:attribute)*?\\s*/?>|^<\\?[\\s\\S]*?\\?>|^<![a-zA-Z]+\\s[\\s\\S]*?>|^<!\\[CDATA\\[[\\s\\S]*?\\]\\]>`).replace(`comment`,_t).replace(`attribute`,/\s+[a-zA-Z:_][\w.:-]*(?:\s*=\s*"[^"]*"|\s*=\s*'[^']*'|\s*=\s*[^\s"'=<>`]+)?/).getRegex(),yt=/\[(?:\\[\s\S]|[^\[\]\\])*\]/,bt=O(/(?:\[(?:brackets|\\[\s\S]|[^\[\]\\])*\]|\\[\s\S]|`+(?!`)[^`]*?`+(?!`)|``+(?=\])|[^\[\]\\`])*?/).replace(`brackets`,yt).getRegex(),xt=O(/^!?\[(label)\]\([ \t\n]*(href)(?:(?:[ \t]+(?:\n[ \t]*)?|\n[ \t]*)(title))?[ \t\n]*\)/).replace(`label`,bt).replace(`href`,/<(?:\\.|[^\n<>\\])*>|(?!<)[^ \t\n\x00-\x1f]+|(?=\))/).replace(`title`,/"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\((?:\\[\s\S]|[^)\\])*\)/).getRegex(),St=O(/^!?\[(label)\]\[(ref)\]/).replace(`label`,bt).replace(`ref`,Pe).getRegex(),Ct=O(/^!?\[(ref)\](?:\[\])?/).replace(`ref`,Pe).getRegex(),wt=/(?!\s*\])(?:\\[\s\S]|[^\[\]\\]){1,999}/,Tt=O(/(?:[^\[\]\\`]*(?:\[(?:brackets|\\[\s\S]|[^\[\]\\])*\]|\\[\s\S]|`+(?!`)[^`]*?`+(?!`)|``+(?=\]))){0,999}?[^\[\]\\`]*?/).replace(`brackets`,yt).getRegex(),Et=O(`reflink|nolink(?!\\()`,`g`).replace(`reflink`,O(/^!?\[(label)\]\[(ref)\]/).replace(`label`,Tt).replace(`ref`,wt).getRegex()).replace(`nolink`,O(/^!?\[(ref)\](?:\[\])?/).replace(`ref`,wt).getRegex()).getRegex(),Dt=/[hH][tT][tT][pP][sS]?|[fF][tT][pP]/,Ot=O(/(?:mailto:email|xmpp:email(?:\/[A-Za-z0-9@.]+)?)/).replace(/email/g,/[A-Za-z0-9._+-]+@[a-zA-Z0-9-_]+(?:\.[a-zA-Z0-9-_]*[a-zA-Z0-9])+(?![\w-])/).getRegex(),kt={_backpedal:E,anyPunctuation:mt,anyPunctuationOutsideCode:ht,autolink:gt,blockSkip:tt,br:Je,code:qe,del:E,delLDelim:E,delRDelim:E,emStrongLDelim:rt,emStrongRDelimAst:st,emStrongRDelimUnd:ut,escape:Ke,link:xt,nolink:Ct,punctuation:Xe,reflink:St,reflinkSearch:Et,tag:vt,text:Ye,url:E},At={...kt,emStrongLDelim:at,emStrongRDelimAst:lt,emStrongRDelimUnd:dt,link:O(/^!?\[(label)\]\((.*?)\)/).replace(`label`,bt).getRegex(),reflink:O(/^!?\[(label)\]\s*\[([^\]]*)\]/).replace(`label`,bt).getRegex()},jt={...kt,emStrongRDelimAst:ct,emStrongLDelim:it,delLDelim:ft,delRDelim:pt,url:O(/^emailProtocol|^((?:protocol):\/\/|www\.)(?:[a-zA-Z0-9\-]+\.?)+[^\s<]*|^email/).replace(`emailProtocol`,Ot).replace(`protocol`,Dt).replace(`email`,/[A-Za-z0-9._+-]+(@)[a-zA-Z0-9-_]+(?:\.[a-zA-Z0-9-_]*[a-zA-Z0-9])+(?![\w-])/).getRegex(),_backpedal:/(?:[^?!.,:;*_'"~()&]+|\([^)]*\)|&(?![a-zA-Z0-9]+;$)|[?!.,:;*_'"~)]+(?!$))+/,del:/^(~~?)(?=[^\s~])((?:\\[\s\S]|[^\\])*?(?:\\[\s\S]|[^\s~\\]))\1(?=[^~]|$)/,text:O(/^(?:[^a-zA-Z0-9](?=emailProtocol)|(`+|~+|[^`~])(?:(?=[`~])|(?= {2,}\n)|(?=[a-zA-Z0-9.!#$%&'*+\/=?_`{\|}~-]+@)|[\s\S]*?(?:(?=[\\<!\[`*~_]|\b_|protocol:\/\/|wwwStart|$)|[^ ](?= {2,}\n)|[^a-zA-Z0-9](?=emailProtocol)|[^a-zA-Z0-9.!#$%&'*+\/=?_`{\|}~-](?=[a-zA-Z0-9.!#$%&'*+\/=?_`{\|}~-]+@))))/).replace(`protocol`,Dt).replace(/emailProtocol/g,/(?:mailto|xmpp):/).replace(`wwwStart`,Se?`(?<![^\\s*_~(])www\\.`:`www\\.`).getRegex()},Mt={...jt,br:O(Je).replace(`{2,}`,`*`).getRegex(),text:O(jt.text).replace(`\\b_`,`\\b_| {2,}\\n`).replace(/\{2,\}/g,`*`).getRegex()},Nt={normal:He,gfm:We,pedantic:Ge},F={normal:kt,gfm:jt,breaks:Mt,pedantic:At},Pt={"&":`&amp;`,"<":`&lt;`,">":`&gt;`,'"':`&quot;`,"'":`&#39;`},Ft=e=>Pt[e];function I(e,t){if(t){if(k.escapeTest.test(e))return e.replace(k.escapeReplace,Ft)}else if(k.escapeTestNoEncode.test(e))return e.replace(k.escapeReplaceNoEncode,Ft);return e}function It(e){return k.numericCharacterReference.test(e)?e.replace(k.numericCharacterReferenceOrAmpersand,(e,t,n)=>{if(t===void 0&&n===void 0)return`&amp;`;let r=t===void 0?Number.parseInt(n,16):Number.parseInt(t,10);return r===0||r>1114111||r>=55296&&r<=57343?`�`:r===38?`&amp;`:String.fromCodePoint(r)}):e}function Lt(e){try{e=encodeURI(e).replace(k.percentDecode,`%`)}catch{return null}return e}function Rt(e,t){let n=e.replace(k.findPipe,(e,t,n)=>{let r=!1,i=t;for(;--i>=0&&n[i]===`\\`;)r=!r;return r?`|`:` |`}).split(k.splitPipe),r=0;if(n[0].trim()||n.shift(),n.length>0&&!n.at(-1)?.trim()&&n.pop(),t){if(n.length>t)n.splice(t);else for(;n.length<t;)n.push(``)}for(;r<n.length;r++)n[r]=n[r].trim().replace(k.slashPipe,`|`);return n}function L(e,t,n){let r=e.length;if(r===0)return``;let i=0;for(;i<r;){let a=e.charAt(r-i-1);if(a===t&&!n)i++;else if(a!==t&&n)i++;else break}return e.slice(0,r-i)}function zt(e){let t=e.split(`
`),n=t.length-1;for(;n>=0&&k.blankLine.test(t[n]);)n--;return t.length-n<=2?e:t.slice(0,n+1).join(`
`)}function R(e){return e.trim().replace(k.multipleSpaceGlobal,` `).toLowerCase().toUpperCase().toLowerCase()}function Bt(e,t){if(e.indexOf(t[0])===-1&&e.indexOf(t[1])===-1)return-1;let n=0;for(let r=0;r<e.length;r++)if(e[r]===`\\`)r++;else if(e[r]===t[0])n++;else if(e[r]===t[1]&&(n--,n<0))return r;return n>0?-2:-1}var z=new WeakMap;function Vt(e){let t={"*":-1,_:-1},n=-1,r=e.length;for(let i=0;i<r;i++){let a=e[i];if(a!==`*`&&a!==`_`&&a!==`~`)continue;let o=i===0?`
`:e[i-1],s=i+1;for(;s<r&&e[s]===a;)s++;o!==` `&&o!==`	`&&o!==`
`&&o!==`\r`&&o!==`\f`&&(a===`~`?n=i:t[a]=i),i=s-1}return{maskedSrc:e,lastPossibleEmStrongCloserIndex:t,lastPossibleDelCloserIndex:n}}function Ht(e,t){let n=Vt(t),r=z.get(e);r?r.push(n):z.set(e,[n])}function Ut(e){let t=z.get(e);t&&(t.pop(),t.length===0&&z.delete(e))}function Wt(e,t,n){let r=z.get(e)?.at(-1);return r&&r.maskedSrc===t?r.lastPossibleEmStrongCloserIndex[n]:Vt(t).lastPossibleEmStrongCloserIndex[n]}function Gt(e,t){let n=z.get(e)?.at(-1);return n&&n.maskedSrc===t?n.lastPossibleDelCloserIndex:Vt(t).lastPossibleDelCloserIndex}function B(e,t=0){let n=t,r=``;for(let t of e)if(t===`	`){let e=4-n%4;r+=` `.repeat(e),n+=e}else r+=t,n++;return r}function Kt(e,t){let n=``;for(let r=0;r<e.length;r++){if(e[r]==="`"){let i=t.inline.code.exec(e.slice(r));if(i){n+=i[0],r+=i[0].length-1;continue}}e[r]===`\\`&&(e[r+1]===`[`||e[r+1]===`]`)?(n+=e[r+1],r++):n+=e[r]}return n}function qt(e,t,n,r,i){let a=t.href,o=t.title||null,s=Kt(e[1],i),c=e[0].charAt(0)===`!`,l=r.state.inLink,u=r.state.linkEmitted,d=r.state.inRawBlock;r.state.inLink=!0,r.state.linkEmitted=!1;let f=r.inlineTokens(s),p=r.state.linkEmitted;if(r.state.linkEmitted=u,r.state.inLink=l,!c){if(p){r.state.inRawBlock=d;return}r.state.linkEmitted=!0}return{type:c?`image`:`link`,raw:n,href:a,title:o,text:s,tokens:f}}function Jt(e,t,n){let r=e.match(n.other.indentCodeCompensation);if(r===null)return t;let i=r[1];return t.split(`
`).map(e=>{let t=e.match(n.other.beginningSpace);if(t===null)return e;let[r]=t;return e.slice(Math.min(r.length,i.length))}).join(`
`)}function Yt(e,t,n,r){if(!t.includes(`<`))return!1;for(let i=0;i<t.length;i++){if(t[i]===`\\`){i++;continue}if(t[i]==="`"){let e=r.inline.code.exec(t.slice(i));if(e){i+=e[0].length-1;continue}}if(t[i]!==`<`)continue;let a=e.slice(n+i),o=r.inline.tag.exec(a)||r.inline.autolink.exec(a);if(o){if(o[0].length>t.length-i)return!0;i+=o[0].length-1}}return!1}var V=class{options;rules;lexer;constructor(e){this.options=e||T}space(e){let t=this.rules.block.newline.exec(e);if(t&&t[0].length>0)return{type:`space`,raw:t[0]}}code(e){let t=this.rules.block.code.exec(e);if(t){let e=this.options.pedantic?t[0]:zt(t[0]);return{type:`code`,raw:e,codeBlockStyle:`indented`,text:e.replace(this.rules.other.codeRemoveIndent,``)}}}fences(e){let t=this.rules.block.fences.exec(e);if(t){let e=t[0],n=Jt(e,t[3]||``,this.rules);return t[3]!==void 0&&(n===``||n.endsWith(`
`))&&(n+=`
`),{type:`code`,raw:e,lang:t[2]?t[2].trim().replace(this.rules.inline.anyPunctuation,`$1`):t[2],text:n}}}heading(e){let t=this.rules.block.heading.exec(e);if(t){let e=t[2].trim();if(this.rules.other.endingHash.test(e)){let t=L(e,`#`);(this.options.pedantic||!t||this.rules.other.endingSpaceTabChar.test(t))&&(e=t.trim())}return{type:`heading`,raw:L(t[0],`
`),depth:t[1].length,text:e,tokens:this.lexer.inline(e)}}}hr(e){let t=this.rules.block.hr.exec(e);if(t)return{type:`hr`,raw:L(t[0],`
`)}}blockquote(e){let t=this.rules.block.blockquote.exec(e);if(t){let e=L(t[0],`
`).split(`
`),n=``,r=``,i=[];for(;e.length>0;){let t=!1,a=[],o=0;for(;o<e.length;o++)if(this.rules.other.blockquoteStart.test(e[o]))a.push(e[o]),t=!0;else if(!t)a.push(e[o]);else break;e=e.slice(o);let s=a.join(`
`),c=s.replace(this.rules.other.blockquoteMarkerWhitespace,(e,t,n)=>n.startsWith(` `)?t+` `+n.slice(1):t+B(n,t.length)).replace(this.rules.other.blockquoteSetextReplace,`
    $1`).replace(this.rules.other.blockquoteSetextReplace2,``);n=n?`${n}
${s}`:s,r=r?`${r}
${c}`:c;let l=this.lexer.state.top;if(this.lexer.state.top=!0,this.lexer.blockTokens(c,i,!0),this.lexer.state.top=l,e.length===0)break;let u=i.at(-1);if(u?.type===`code`||u?.type===`heading`||u?.type===`hr`||u?.type===`html`||u?.type===`table`)break;if(u?.type===`blockquote`){let t=u,a=e.join(`
`),o=t.raw+`
`+a.replace(this.rules.other.blockquoteSetextReplace2,``),s=this.blockquote(o);i[i.length-1]=s;let c=o.substring(s.raw.length).replace(/^\n/,``),l=c?c.split(`
`).length:0,d=l?e.slice(0,-l):e;if(d.length>0&&(n=`${n}
${d.join(`
`)}`),r=r.substring(0,r.length-t.text.length)+s.text,e=e.slice(d.length),e.length>0&&this.rules.other.blockquoteStart.test(e[0]))continue;break}if(u?.type===`list`){let t=u,a=t.raw+`
`+e.join(`
`),o=this.list(a);i[i.length-1]=o;let s=o.raw.length>t.raw.length?a.slice(t.raw.length+1,o.raw.length).split(`
`).length:0;if(s>0){let t=e.slice(0,s).join(`
`);n=`${n}
${t}`,r=`${r}
${t}`}if(e=e.slice(s),e.length>0&&!this.rules.other.blockquoteStart.test(e[0]))break}}return{type:`blockquote`,raw:n,tokens:i,text:r}}}list(e){let t=this.rules.block.list.exec(e);if(t){if(!this.options.pedantic&&this.lexer.state.lastToken?.type===`text`&&!this.rules.other.listInterruptsParagraph.test(e))return;let n=e,r=()=>n.length-e.length,i=t[1].trim(),a=i.length>1,o={type:`list`,raw:``,ordered:a,start:a?+i.slice(0,-1):``,loose:!1,items:[]};i=a?`\\d{1,9}\\${i.slice(-1)}`:`\\${i}`,this.options.pedantic&&(i=a?i:`[*+-]`);let s=this.rules.other.listItemRegex(i),c=!1;for(;e;){let i=!1,a=``;if(!(t=s.exec(e))||this.rules.block.hr.test(e))break;let l=r();e=e.substring(t[0].length);let u=t[2].split(`
`,1)[0],d=t[1].length,f=this.options.pedantic?B(u,d):u.replace(this.rules.other.leadingSpaceTab,e=>B(e,d)),p=e.split(`
`,1)[0],m=!f.trim(),h=0;if(this.options.pedantic?(h=2,a=f.trimStart()):m?h=d+1:(h=f.search(this.rules.other.nonSpaceChar),h=h>4?1:h,a=f.slice(h),h+=d),m&&this.rules.other.blankLine.test(p)&&(e=e.substring(p.length+1),i=!0),!i){let t=this.rules.other.nextBulletRegex(h),n=this.rules.other.hrRegex(h),r=this.rules.other.fencesBeginRegex(h),i=this.options.pedantic?this.rules.other.pedanticHeadingBeginRegex(h):this.rules.other.headingBeginRegex(h),o=this.rules.other.htmlBeginRegex(h),s=this.rules.other.blockquoteBeginRegex(h),c=!1;for(;e;){let l=e.split(`
`,1)[0],u;if(p=l,this.options.pedantic?(p=p.replace(this.rules.other.listReplaceNesting,`  `),u=p):u=p.replace(this.rules.other.leadingSpaceTab,e=>B(e)),r.test(p)||i.test(p)||o.test(p)||s.test(p)||t.test(p)||n.test(p))break;if(u.search(this.rules.other.nonSpaceChar)>=h||!p.trim())a+=`
`+u.slice(h),c=!1;else{if(m)break;let e=f;if(!this.options.pedantic&&!a.includes(`
`)&&!f.includes(`	`)){let t;for(;!n.test(e)&&(t=this.rules.other.nestedBlockMarker.exec(e));)e=e.slice(t[0].length);if(!e.trim())break}if(e.replace(this.rules.other.tabCharGlobal,`    `).search(this.rules.other.nonSpaceChar)>=4||r.test(e)||i.test(e)||o.test(e)||n.test(e))break;if(!this.options.pedantic&&!c){let e=f.replace(this.rules.other.nestedContainerMarkers,``);if(this.rules.block.fences.test(e)||this.rules.block.heading.test(e)||this.rules.block.hr.test(e))break}let t=!this.options.pedantic&&/^ {0,3}(?:=+|-+) *$/.test(p)&&this.rules.block.lheading.test(`${f}
${p}`)?`    ${u.replace(/^ {0,3}/,``)}`:p;a+=`
`+t,c=!0}m=!p.trim(),e=e.substring(l.length+1),f=u.slice(h)}}let ee=n.slice(l,r());o.loose||(c?o.loose=!0:this.rules.other.doubleBlankLine.test(ee)&&(c=!0)),o.items.push({type:`list_item`,raw:ee,task:!!this.options.gfm&&this.rules.other.listIsTask.test(a),loose:!1,text:a,tokens:[]})}let l=o.items.at(-1);if(l)l.raw=l.raw.trimEnd(),l.text=l.text.trimEnd();else return;o.raw=n.slice(0,r()).trimEnd();let u=[];for(let e of o.items)if(this.lexer.state.top=!1,u.push(this.lexer.inlineQueue.length),e.tokens=this.lexer.blockTokens(e.text,[]),!o.loose){let t=e.tokens.filter(e=>e.type===`space`);o.loose=t.length>0&&t.some(e=>this.rules.other.anyLine.test(e.raw))}for(let e=0;e<o.items.length;e++){let t=o.items[e],n=t.tokens[0];if(t.task&&(n?.type===`text`||n?.type===`paragraph`)){t.text=t.text.replace(this.rules.other.listReplaceTask,``),n.raw=n.raw.replace(this.rules.other.listReplaceTask,``),n.text=n.text.replace(this.rules.other.listReplaceTask,``);let r=this.lexer.inlineQueue;for(let t=u[e];t<r.length;t++)if(r[t].tokens===n.tokens){r[t].src=r[t].src.replace(this.rules.other.listReplaceTask,``);break}let i=this.rules.other.listTaskCheckbox.exec(t.raw);if(i){let e={type:`checkbox`,raw:i[0]+` `,checked:i[0]!==`[ ]`};t.checked=e.checked,o.loose?t.tokens[0]&&[`paragraph`,`text`].includes(t.tokens[0].type)&&`tokens`in t.tokens[0]&&t.tokens[0].tokens?(t.tokens[0].raw=e.raw+t.tokens[0].raw,t.tokens[0].text=e.raw+t.tokens[0].text,t.tokens[0].tokens.unshift(e)):t.tokens.unshift({type:`paragraph`,raw:e.raw,text:e.raw,tokens:[e]}):t.tokens.unshift(e)}}else t.task&&=!1}if(o.loose)for(let e of o.items){e.loose=!0;for(let t of e.tokens)t.type===`text`&&(t.type=`paragraph`)}return o}}html(e){let t=this.rules.block.html.exec(e);if(t){if(this.lexer.state.lastToken?.type===`paragraph`&&!this.rules.other.htmlBeginRegex(4).test(e))return;let n=zt(t[0]);return{type:`html`,block:!0,raw:n,pre:t[1]===`pre`||t[1]===`script`||t[1]===`style`,text:n}}}def(e){let t=this.rules.block.def.exec(e);if(t){if(!this.rules.other.startAngleBracket.test(t[2])&&Bt(t[2],`()`)!==-1)return;let e=R(t[1]),n=t[2]?t[2].replace(this.rules.other.hrefBrackets,`$1`).replace(this.rules.inline.anyPunctuation,`$1`):``,r=t[3]?t[3].substring(1,t[3].length-1).replace(this.rules.inline.anyPunctuation,`$1`):t[3];return{type:`def`,tag:e,raw:L(t[0],`
`),href:n,title:r}}}table(e){let t=this.rules.block.table.exec(e);if(!t||!this.rules.other.tableDelimiter.test(t[2]))return;let n=Rt(t[1]),r=t[2].replace(this.rules.other.tableAlignChars,``).split(`|`),i=t[3]?.trim()?t[3].replace(this.rules.other.tableRowBlankLine,``).split(`
`):[],a={type:`table`,raw:L(t[0],`
`),header:[],align:[],rows:[]};if(n.length===r.length){for(let e of r)this.rules.other.tableAlignRight.test(e)?a.align.push(`right`):this.rules.other.tableAlignCenter.test(e)?a.align.push(`center`):this.rules.other.tableAlignLeft.test(e)?a.align.push(`left`):a.align.push(null);for(let e=0;e<n.length;e++)a.header.push({text:n[e],tokens:this.lexer.inline(n[e]),header:!0,align:a.align[e]});for(let e of i)a.rows.push(Rt(e,a.header.length).map((e,t)=>({text:e,tokens:this.lexer.inline(e),header:!1,align:a.align[t]})));return a}}lheading(e){let t=this.rules.block.lheading.exec(e);if(t){let e=t[1].trim();return{type:`heading`,raw:L(t[0],`
`),depth:t[2].charAt(0)===`=`?1:2,text:e,tokens:this.lexer.inline(e)}}}paragraph(e){let t=this.rules.block.paragraph.exec(e);if(t){let e=t[1].charAt(t[1].length-1)===`
`?t[1].slice(0,-1):t[1];return{type:`paragraph`,raw:t[0],text:e,tokens:this.lexer.inline(e)}}}text(e){let t=this.rules.block.text.exec(e);if(t)return{type:`text`,raw:t[0],text:t[0],tokens:this.lexer.inline(t[0])}}escape(e){if(e.charCodeAt(0)!==92)return;let t=this.rules.inline.escape.exec(e);if(t)return{type:`escape`,raw:t[0],text:t[1]}}tag(e){if(e.charCodeAt(0)!==60)return;let t=this.rules.inline.tag.exec(e);if(t)return!this.lexer.state.inLink&&this.rules.other.startATag.test(t[0])?this.lexer.state.inLink=!0:this.lexer.state.inLink&&this.rules.other.endATag.test(t[0])&&(this.lexer.state.inLink=!1),!this.lexer.state.inRawBlock&&this.rules.other.startPreScriptTag.test(t[0])?this.lexer.state.inRawBlock=!0:this.lexer.state.inRawBlock&&this.rules.other.endPreScriptTag.test(t[0])&&(this.lexer.state.inRawBlock=!1),{type:`html`,raw:t[0],inLink:this.lexer.state.inLink,inRawBlock:this.lexer.state.inRawBlock,block:!1,text:t[0]}}link(e){if(this.lexer.state.linkParenPossible===!1)return;let t=e.charCodeAt(0);if(t!==91&&t!==33)return;let n=this.rules.inline.link.exec(e);if(n){let t=n[0].charAt(0)===`!`?2:1;if(!this.options.pedantic&&Yt(e,n[1],t,this.rules))return;let r=n[2].trim();if(!this.options.pedantic&&this.rules.other.startAngleBracket.test(r)){if(!this.rules.other.endAngleBracket.test(r))return;let e=L(r.slice(0,-1),`\\`);if((r.length-e.length)%2==0)return}else{let e=Bt(n[2],`()`);if(e===-2)return;if(e>-1){let t=(n[0].indexOf(`!`)===0?5:4)+n[1].length+e;n[2]=n[2].substring(0,e),n[0]=n[0].substring(0,t).trim(),n[3]=``}}let i=L(n[0].slice(0,-1),`\\`);if((n[0].length-i.length)%2==0)return;let a=n[2],o=``;if(this.options.pedantic){let e=this.rules.other.pedanticHrefTitle.exec(a);e&&(a=e[1],o=e[3])}else o=n[3]?n[3].slice(1,-1):``;return a=a.trim(),this.rules.other.startAngleBracket.test(a)&&(a=this.options.pedantic&&!this.rules.other.endAngleBracket.test(r)?a.slice(1):a.slice(1,-1)),qt(n,{href:a&&a.replace(this.rules.inline.anyPunctuation,`$1`),title:o&&o.replace(this.rules.inline.anyPunctuation,`$1`)},n[0],this.lexer,this.rules)}}reflink(e,t){let n=e.charCodeAt(0);if(n!==91&&n!==33)return;let r;if((r=this.rules.inline.reflink.exec(e))||(r=this.rules.inline.nolink.exec(e))){let n=r[0].charAt(0)===`!`?2:1;if(!this.options.pedantic&&Yt(e,r[1],n,this.rules))return;let i=t[R(r[2]||r[1])];if(!i){let e=r[0].charAt(0);return{type:`text`,raw:e,text:e}}return qt(r,i,r[0],this.lexer,this.rules)}}emStrong(e,t,n=``){let r=this.rules.inline.emStrongLDelim.exec(e);if(!r||!r[1]&&!r[2]&&!r[3]&&!r[4])return;let i=r[0][0],a=n===i,o=t.length-e.length,s=o;for(;!this.options.pedantic&&s>0&&t[s-1]===i;)s--;let c=[...t.slice(Math.max(0,s-2),s)].at(-1)??``,l=c===`*`||c===`_`||!!this.rules.inline.punctuation.exec(c);s<o&&(n=c);let u=s<o?l:n===`*`||n===`_`||!!this.rules.inline.punctuation.exec(n);if(r[4]&&n.match(this.rules.other.unicodeAlphaNumeric))return;let d=r[1]||r[3]||``;if(!d||!n||u){let n=[...r[0]].length-1,u,f,p=n,m=0,h=o-s+n,ee=!this.options.pedantic&&!!c.trim()&&(!!d||i===`*`&&!l);if(i!==`*`&&i!==`_`)return;let te=i===`*`?this.rules.inline.emStrongRDelimAst:this.rules.inline.emStrongRDelimUnd,g=Wt(this,t,i),ne=t.length-e.length+n;if(g<ne)return;t=t.slice(-1*e.length+n);let re=g-ne;for(te.lastIndex=0;(r=te.exec(t))!==null&&!(r.index>re);){if(u=r[1]||r[2]||r[3]||r[4]||r[5]||r[6],!u)continue;if(f=[...u].length,r[3]||r[4]){p+=f;continue}if((r[5]||r[6]||ee)&&h%3&&!((h+f)%3)){if(a&&(r[5]||r[6]))break;m+=f;continue}if(p-=f,p>0)continue;f=Math.min(f,f+p+m);let t=[...r[0]][0].length,i=e.slice(0,n+r.index+t+f);if(Math.min(n,f)%2){let e=i.slice(1,-1);return{type:`em`,raw:i,text:e,tokens:this.lexer.inlineTokens(e)}}let o=i.slice(2,-2);return{type:`strong`,raw:i,text:o,tokens:this.lexer.inlineTokens(o)}}}}codespan(e){if(e.charCodeAt(0)!==96)return;let t=this.rules.inline.code.exec(e);if(t){let e=t[2].replace(this.rules.other.newLineCharGlobal,` `),n=this.rules.other.nonSpaceChar.test(e),r=this.rules.other.startingSpaceChar.test(e)&&this.rules.other.endingSpaceChar.test(e);return n&&r&&(e=e.substring(1,e.length-1)),{type:`codespan`,raw:t[0],text:e}}}br(e){let t=e.charCodeAt(0);if(t!==32&&t!==92&&t!==10)return;let n=this.rules.inline.br.exec(e);if(n)return{type:`br`,raw:n[0]}}del(e,t,n=``){if(e.charCodeAt(0)!==126)return;let r=this.rules.inline.delLDelim.exec(e);if(r&&(!r[1]||!n||this.rules.inline.punctuation.exec(n))){let n=[...r[0]].length-1,i,a,o=n,s=this.rules.inline.delRDelim,c=Gt(this,t),l=t.length-e.length+n;if(c<l)return;t=t.slice(-1*e.length+n);let u=c-l;for(s.lastIndex=0;(r=s.exec(t))!==null&&!(r.index>u);){if(i=r[1]||r[2]||r[3]||r[4]||r[5]||r[6],!i||(a=[...i].length,a!==n))continue;if(r[3]||r[4]){o+=a;continue}if(o-=a,o>0)continue;a=Math.min(a,a+o);let t=[...r[0]][0].length,s=e.slice(0,n+r.index+t+a),c=s.slice(n,-n);return{type:`del`,raw:s,text:c,tokens:this.lexer.inlineTokens(c)}}}}autolink(e){if(e.charCodeAt(0)!==60)return;let t=this.rules.inline.autolink.exec(e);if(t){let e,n;return t[2]===`@`?(e=t[1],n=`mailto:`+e):(e=t[1],n=e),{type:`link`,raw:t[0],text:e,href:n,autolink:!0,tokens:[{type:`text`,raw:e,text:e}]}}}url(e){let t;if(t=this.rules.inline.url.exec(e)){let e,n;if(t[2]===`@`)e=t[0],n=`mailto:`+e;else{let r;do r=t[0],t[0]=this.rules.inline._backpedal.exec(t[0])?.[0]??``;while(r!==t[0]);e=t[0],n=t[1]===`www.`?`http://`+t[0]:t[0]}return{type:`link`,raw:t[0],text:e,href:n,autolink:!0,tokens:[{type:`text`,raw:e,text:e}]}}}inlineText(e){let t=this.rules.inline.text.exec(e);if(t){let e=this.lexer.state.inRawBlock;return{type:`text`,raw:t[0],text:e?t[0]:It(t[0]),escaped:e}}}},H=class e{tokens;options;state;inlineQueue;tokenizer;constructor(e){this.tokens=[],this.tokens.links=Object.create(null),this.options=e||T,this.options.tokenizer=this.options.tokenizer||new V,this.tokenizer=this.options.tokenizer,this.tokenizer.options=this.options,this.tokenizer.lexer=this,this.inlineQueue=[],this.state={inLink:!1,inRawBlock:!1,linkEmitted:!1,linkParenPossible:!0,top:!0};let t={other:k,block:Nt.normal,inline:F.normal};this.options.pedantic?(t.block=Nt.pedantic,t.inline=F.pedantic):this.options.gfm&&(t.block=Nt.gfm,t.inline=this.options.breaks?F.breaks:F.gfm),this.tokenizer.rules=t}static get rules(){return{block:Nt,inline:F}}static lex(t,n){return new e(n).lex(t)}static lexInline(t,n){return new e(n).inlineTokens(t)}lex(e){e=e.replace(k.carriageReturn,`
`),this.blockTokens(e,this.tokens);for(let e=0;e<this.inlineQueue.length;e++){let t=this.inlineQueue[e];this.state.inRawBlock=!1,this.inlineTokens(t.src,t.tokens)}return this.inlineQueue=[],this.tokens}blockTokens(e,t=[],n=!1){this.tokenizer.lexer=this;let r=this.state.lastToken;this.options.pedantic&&(e=e.replace(k.tabCharGlobal,`    `).replace(k.spaceLine,``));let i=1/0,a,o=this.options.gfm&&!this.options.pedantic&&this.tokenizer.paragraph===V.prototype.paragraph;for(;e;){if(e.length<i)i=e.length;else{this.infiniteLoopError(e.charCodeAt(0));break}this.state.lastToken=t.at(-1);let r;if(this.options.extensions?.block?.some(n=>(r=n.call({lexer:this},e,t))?(e=e.substring(r.raw.length),t.push(r),!0):!1))continue;if(r=this.tokenizer.space(e)){e=e.substring(r.raw.length);let n=t.at(-1);r.raw.length===1&&n!==void 0?n.raw+=`
`:t.push(r);continue}if(r=this.tokenizer.code(e)){e=e.substring(r.raw.length);let n=t.at(-1);n?.type===`paragraph`||n?.type===`text`?(n.raw+=(n.raw.endsWith(`
`)?``:`
`)+r.raw,n.text+=`
`+r.text,this.inlineQueue.at(-1).src=n.text):t.push(r);continue}if((r=this.tokenizer.fences(e))||(r=this.tokenizer.heading(e))||(r=this.tokenizer.hr(e))||(r=this.tokenizer.blockquote(e))||(r=this.tokenizer.list(e))||(r=this.tokenizer.html(e))){e=e.substring(r.raw.length),t.push(r);continue}if(r=this.tokenizer.def(e)){e=e.substring(r.raw.length);let n=t.at(-1);n?.type===`paragraph`||n?.type===`text`?(n.raw+=(n.raw.endsWith(`
`)?``:`
`)+r.raw,n.text+=`
`+r.raw,this.inlineQueue.at(-1).src=n.text):(this.tokens.links[r.tag]||(this.tokens.links[r.tag]={href:r.href,title:r.title}),t.push(r));continue}if((r=this.tokenizer.table(e))||(r=this.tokenizer.lheading(e))){e=e.substring(r.raw.length),t.push(r);continue}let s=e;if(this.options.extensions?.startBlock){let t=1/0,n=e.slice(1),r;this.options.extensions.startBlock.forEach(e=>{r=e.call({lexer:this},n),typeof r==`number`&&r>=0&&(t=Math.min(t,r))}),t<1/0&&t>=0&&(s=e.substring(0,t+1))}if(this.state.top&&(r=this.tokenizer.paragraph(s))){let i=t.at(-1);(n||i===a&&o)&&i?.type===`paragraph`?(i.raw+=(i.raw.endsWith(`
`)?``:`
`)+r.raw,i.text+=`
`+r.text,this.inlineQueue.pop(),this.inlineQueue.at(-1).src=i.text,a=i):(t.push(r),a=r),n=s.length!==e.length,e=e.substring(r.raw.length)}else if(r=this.tokenizer.text(e)){e=e.substring(r.raw.length);let n=t.at(-1);n?.type===`text`?(n.raw+=(n.raw.endsWith(`
`)?``:`
`)+r.raw,n.text+=`
`+r.text,this.inlineQueue.pop(),this.inlineQueue.at(-1).src=n.text):t.push(r)}else if(e){this.infiniteLoopError(e.charCodeAt(0));break}}return this.state.top=!0,this.state.lastToken=r,t}inline(e,t=[]){return this.inlineQueue.push({src:e,tokens:t}),t}linkInText(e){if(!e.includes(`[`))return!1;let t=this.tokenizer.rules.inline.link;for(let n of e.matchAll(this.tokenizer.rules.inline.blockSkip))if(t.test(n[0])&&e.charAt(n.index-1)!==`!`)return!0;for(let t of e.matchAll(this.tokenizer.rules.inline.reflinkSearch)){let e=t[0],n=e.lastIndexOf(`[`);if(e.charAt(0)!==`!`&&Object.hasOwn(this.tokens.links,R(e.slice(n+1,-1)))&&!(n>1&&this.linkInText(e.slice(1,n-1))))return!0}return!1}inlineTokens(e,t=[]){this.tokenizer.lexer=this;let n=this.state.linkParenPossible;this.state.linkParenPossible=e.includes(`)`);try{return this.#e(e,t)}finally{this.state.linkParenPossible=n}}#e(e,t){let n=e.includes(`*`)||e.includes(`_`)||e.includes(`~`),r=n||this.options.hooks?.emStrongMask||this.tokenizer.emStrong!==V.prototype.emStrong||this.tokenizer.del!==V.prototype.del?this.#r(e):e;if(!n)return this.#t(e,r,t);Ht(this.tokenizer,r);try{return this.#t(e,r,t)}finally{Ut(this.tokenizer)}}#t(e,t,n){let r=!1,i=``,a=1/0;for(;e;){if(e.length<a)a=e.length;else{this.infiniteLoopError(e.charCodeAt(0));break}r||(i=``),r=!1;let o;if(this.options.extensions?.inline?.some(t=>(o=t.call({lexer:this},e,n))?(e=e.substring(o.raw.length),n.push(o),!0):!1))continue;if((o=this.tokenizer.escape(e))||(o=this.tokenizer.tag(e))||(o=this.tokenizer.link(e))){e=e.substring(o.raw.length),n.push(o);continue}if(o=this.tokenizer.reflink(e,this.tokens.links)){e=e.substring(o.raw.length);let t=n.at(-1);o.type===`text`&&t?.type===`text`?(t.raw+=o.raw,t.text+=o.text):n.push(o);continue}let s=e[0];if(s===`*`||s===`_`){let a=t.length-e.length;if(Wt(this.tokenizer,t,s)<=a){let t=1;for(;t<e.length&&e.charCodeAt(t)===s.charCodeAt(0);)t++;let a=e.substring(0,t),o=n.at(-1);o?.type===`text`&&!o.escaped?(o.raw+=a,o.text+=a):n.push({type:`text`,raw:a,text:a,escaped:!1}),e=e.substring(t),i=s,r=!0;continue}}else if(s===`~`){let a=t.length-e.length;if(Gt(this.tokenizer,t)<=a){let t=1;for(;t<e.length&&e.charCodeAt(t)===126;)t++;let a=e.substring(0,t),o=n.at(-1);o?.type===`text`&&!o.escaped?(o.raw+=a,o.text+=a):n.push({type:`text`,raw:a,text:a,escaped:!1}),e=e.substring(t),i=s,r=!0;continue}}if((o=this.tokenizer.emStrong(e,t,i))||(o=this.tokenizer.codespan(e))||(o=this.tokenizer.br(e))||(o=this.tokenizer.del(e,t,i))||(o=this.tokenizer.autolink(e))||!this.state.inLink&&(o=this.tokenizer.url(e))){e=e.substring(o.raw.length),n.push(o);continue}let c=e;if(this.options.extensions?.startInline){let t=1/0,n=e.slice(1),r;this.options.extensions.startInline.forEach(e=>{r=e.call({lexer:this},n),typeof r==`number`&&r>=0&&(t=Math.min(t,r))}),t<1/0&&t>=0&&(c=e.substring(0,t+1))}if(o=this.tokenizer.inlineText(c)){e=e.substring(o.raw.length),o.raw.slice(-1)!==`_`&&(i=o.raw.slice(-1)),r=!0;let t=n.at(-1);t?.type===`text`?(t.raw+=o.raw,t.text+=o.text):n.push(o)}else if(e){this.infiniteLoopError(e.charCodeAt(0));break}}return n}#n(e){let{blockSkip:t,tag:n,autolink:r}=this.tokenizer.rules.inline,i=``,a=0,o;for(t.lastIndex=0;o=t.exec(e);){let s=o.index+(o[2]?o[2].length:0),c=o.index+o[0].length;if(e.charAt(s)===`<`){let i=e.slice(s),a=n.exec(i)||r.exec(i);if(!a){t.lastIndex=s+1;continue}c=s+a[0].length,t.lastIndex=c}i+=e.slice(a,s)+`[`+`a`.repeat(c-s-2)+`]`,a=c}return i+e.slice(a)}#r(e){let t=e;if(this.tokens.links&&e.includes(`[`)){let e=this.tokenizer.rules.inline.reflinkSearch,n=t=>{let r=t.lastIndexOf(`[`);if(!Object.hasOwn(this.tokens.links,R(t.slice(r+1,-1))))return t;if(r>1&&t.charAt(0)!==`!`){let i=t.slice(1,r-1);if(this.linkInText(i))return`[`+i.replace(e,n)+`][`+`a`.repeat(t.length-r-2)+`]`}return`[`+`a`.repeat(t.length-2)+`]`};t=t.replace(e,n)}return t=t.replace(this.tokenizer.rules.inline.anyPunctuationOutsideCode,(e,t,n)=>n?`+`.repeat(e.length):t?t+e.slice(t.length,-t.length).replace(/`/g,`+`)+t:e),t=this.#n(t),t=this.options.hooks?.emStrongMask?.call({lexer:this},t)??t,t}infiniteLoopError(e){let t=`Infinite loop on byte: `+e;if(this.options.silent)console.error(t);else throw Error(t)}},U=class{options;parser;constructor(e){this.options=e||T}space(e){return``}code({text:e,lang:t,escaped:n}){let r=(t||``).match(k.notSpaceStart)?.[0],i=e?e.replace(k.endingNewline,``)+`
`:``;return r?`<pre><code class="language-`+I(r)+`">`+(n?i:I(i,!0))+`</code></pre>
`:`<pre><code>`+(n?i:I(i,!0))+`</code></pre>
`}blockquote({tokens:e}){return`<blockquote>
${this.parser.parse(e)}</blockquote>
`}html({text:e}){return e}def(e){return``}heading({tokens:e,depth:t}){return`<h${t}>${this.parser.parseInline(e)}</h${t}>
`}hr(e){return`<hr>
`}list(e){let t=e.ordered,n=e.start,r=``;for(let t=0;t<e.items.length;t++){let n=e.items[t];r+=this.listitem(n)}let i=t?`ol`:`ul`,a=t&&n!==1?` start="`+n+`"`:``;return`<`+i+a+`>
`+r+`</`+i+`>
`}listitem(e){return`<li>${this.parser.parse(e.tokens)}</li>
`}checkbox({checked:e}){return`<input `+(e?`checked="" `:``)+`disabled="" type="checkbox"> `}paragraph({tokens:e}){return`<p>${this.parser.parseInline(e)}</p>
`}table(e){let t=``,n=``;for(let t=0;t<e.header.length;t++)n+=this.tablecell(e.header[t]);t+=this.tablerow({text:n});let r=``;for(let t=0;t<e.rows.length;t++){let i=e.rows[t];n=``;for(let e=0;e<i.length;e++)n+=this.tablecell(i[e]);r+=this.tablerow({text:n})}return r&&=`<tbody>${r}</tbody>`,`<table>
<thead>
`+t+`</thead>
`+r+`</table>
`}tablerow({text:e}){return`<tr>
${e}</tr>
`}tablecell(e){let t=this.parser.parseInline(e.tokens),n=e.header?`th`:`td`;return(e.align?`<${n} align="${e.align}">`:`<${n}>`)+t+`</${n}>
`}strong({tokens:e}){return`<strong>${this.parser.parseInline(e)}</strong>`}em({tokens:e}){return`<em>${this.parser.parseInline(e)}</em>`}codespan({text:e}){return`<code>${I(e,!0)}</code>`}br(e){return`<br>`}del({tokens:e}){return`<del>${this.parser.parseInline(e)}</del>`}link({href:e,title:t,text:n,tokens:r,autolink:i}){let a=i?I(n,!0):this.parser.parseInline(r),o=Lt(e);if(o===null)return a;e=I(o,i);let s=`<a href="`+e+`"`;return t&&(s+=` title="`+I(t)+`"`),s+=`>`+a+`</a>`,s}image({href:e,title:t,text:n,tokens:r}){r&&(n=this.parser.parseInline(r,this.parser.textRenderer));let i=Lt(e);if(i===null)return I(n);e=i;let a=`<img src="${I(e)}" alt="${I(n)}"`;return t&&(a+=` title="${I(t)}"`),a+=`>`,a}text(e){return`tokens`in e&&e.tokens?this.parser.parseInline(e.tokens):`escaped`in e&&e.escaped?e.text:I(e.text)}},Xt=class{parser;strong({text:e,tokens:t}){return t?this.parser.parseInline(t,this):e}em({text:e,tokens:t}){return t?this.parser.parseInline(t,this):e}codespan({text:e}){return e}del({text:e,tokens:t}){return t?this.parser.parseInline(t,this):e}html({text:e}){return e}text({text:e}){return e}link({text:e,tokens:t}){return t?this.parser.parseInline(t,this):e}image({text:e,tokens:t}){return t?this.parser.parseInline(t,this):e}br(){return`
`}checkbox({raw:e}){return e}},W=class e{options;renderer;textRenderer;constructor(e){this.options=e||T,this.options.renderer=this.options.renderer||new U,this.renderer=this.options.renderer,this.renderer.options=this.options,this.renderer.parser=this,this.textRenderer=new Xt,this.textRenderer.parser=this}static parse(t,n){return new e(n).parse(t)}static parseInline(t,n){return new e(n).parseInline(t)}parse(e){this.renderer.parser=this;let t=``;for(let n=0;n<e.length;n++){let r=e[n];if(this.options.extensions?.renderers?.[r.type]){let e=r,n=this.options.extensions.renderers[e.type].call({parser:this},e);if(n!==!1||![`space`,`hr`,`heading`,`code`,`table`,`blockquote`,`list`,`checkbox`,`html`,`def`,`paragraph`,`text`].includes(e.type)){t+=n===!1?``:n??``;continue}}let i=r;switch(i.type){case`space`:t+=this.renderer.space(i);break;case`hr`:t+=this.renderer.hr(i);break;case`heading`:t+=this.renderer.heading(i);break;case`code`:t+=this.renderer.code(i);break;case`table`:t+=this.renderer.table(i);break;case`blockquote`:t+=this.renderer.blockquote(i);break;case`list`:t+=this.renderer.list(i);break;case`checkbox`:t+=this.renderer.checkbox(i);break;case`html`:t+=this.renderer.html(i);break;case`def`:t+=this.renderer.def(i);break;case`paragraph`:t+=this.renderer.paragraph(i);break;case`text`:t+=this.renderer.text(i);break;default:{let e=`Token with "`+i.type+`" type was not found.`;if(this.options.silent)return console.error(e),``;throw Error(e)}}}return t}parseInline(e,t=this.renderer){this.renderer.parser=this;let n=``;for(let r=0;r<e.length;r++){let i=e[r];if(this.options.extensions?.renderers?.[i.type]){let e=this.options.extensions.renderers[i.type].call({parser:this},i);if(e!==!1||![`escape`,`html`,`link`,`image`,`checkbox`,`strong`,`em`,`codespan`,`br`,`del`,`text`].includes(i.type)){n+=e===!1?``:e??``;continue}}let a=i;switch(a.type){case`escape`:n+=t.text(a);break;case`html`:n+=t.html(a);break;case`link`:n+=t.link(a);break;case`image`:n+=t.image(a);break;case`checkbox`:n+=t.checkbox(a);break;case`strong`:n+=t.strong(a);break;case`em`:n+=t.em(a);break;case`codespan`:n+=t.codespan(a);break;case`br`:n+=t.br(a);break;case`del`:n+=t.del(a);break;case`text`:n+=t.text(a);break;default:{let e=`Token with "`+a.type+`" type was not found.`;if(this.options.silent)return console.error(e),``;throw Error(e)}}}return n}},G=class{options;block;constructor(e){this.options=e||T}static passThroughHooks=new Set([`preprocess`,`postprocess`,`processAllTokens`,`emStrongMask`]);static passThroughHooksRespectAsync=new Set([`preprocess`,`postprocess`,`processAllTokens`]);preprocess(e){return e}postprocess(e){return e}processAllTokens(e){return e}emStrongMask(e){return e}provideLexer(e=this.block){return e?H.lex:H.lexInline}provideParser(e=this.block){return e?W.parse:W.parseInline}};function K(e,t){if(Array.isArray(t))for(let n=0;n<t.length;n++)e.push(t[n]);else e.push(t)}var q=new class{defaults=be();options=this.setOptions;parse=this.parseMarkdown(!0);parseInline=this.parseMarkdown(!1);Parser=W;Renderer=U;TextRenderer=Xt;Lexer=H;Tokenizer=V;Hooks=G;constructor(...e){this.use(...e)}walkTokens(e,t){let n=[];for(let r of e)switch(K(n,t.call(this,r)),r.type){case`table`:{let e=r;for(let r of e.header)K(n,this.walkTokens(r.tokens,t));for(let r of e.rows)for(let e of r)K(n,this.walkTokens(e.tokens,t));break}case`list`:{let e=r;K(n,this.walkTokens(e.items,t));break}default:{let e=r;this.defaults.extensions?.childTokens?.[e.type]?this.defaults.extensions.childTokens[e.type].forEach(r=>{let i=e[r].flat(1/0);K(n,this.walkTokens(i,t))}):e.tokens&&K(n,this.walkTokens(e.tokens,t))}}return n}use(...e){let t=this.defaults.extensions||{renderers:Object.create(null),childTokens:Object.create(null)};return e.forEach(e=>{let n={...e};if(n.async=this.defaults.async||n.async||!1,e.extensions&&(e.extensions.forEach(e=>{if(!e.name)throw Error(`extension name required`);if(`renderer`in e){let n=t.renderers[e.name];n?t.renderers[e.name]=function(...t){let r=e.renderer.apply(this,t);return r===!1&&(r=n.apply(this,t)),r}:t.renderers[e.name]=e.renderer}if(`tokenizer`in e){if(!e.level||e.level!==`block`&&e.level!==`inline`)throw Error(`extension level must be 'block' or 'inline'`);let n=t[e.level];n?n.unshift(e.tokenizer):t[e.level]=[e.tokenizer],e.start&&(e.level===`block`?t.startBlock?t.startBlock.push(e.start):t.startBlock=[e.start]:e.level===`inline`&&(t.startInline?t.startInline.push(e.start):t.startInline=[e.start]))}`childTokens`in e&&e.childTokens&&(t.childTokens[e.name]=e.childTokens)}),n.extensions=t),e.renderer){let t=this.defaults.renderer||new U(this.defaults);for(let n in e.renderer){if(!(n in t))throw Error(`renderer '${n}' does not exist`);if([`options`,`parser`].includes(n))continue;let r=n,i=e.renderer[r],a=t[r];t[r]=(...e)=>{let n=i.apply(t,e);return n===!1&&(n=a.apply(t,e)),n===!1?``:n??``}}n.renderer=t}if(e.tokenizer){let t=this.defaults.tokenizer||new V(this.defaults);for(let n in e.tokenizer){if(!(n in t))throw Error(`tokenizer '${n}' does not exist`);if([`options`,`rules`,`lexer`].includes(n))continue;let r=n,i=e.tokenizer[r],a=t[r];t[r]=(...e)=>{let n=i.apply(t,e);return n===!1&&(n=a.apply(t,e)),n}}n.tokenizer=t}if(e.hooks){let t=this.defaults.hooks||new G;for(let n in e.hooks){if(!(n in t))throw Error(`hook '${n}' does not exist`);if([`options`,`block`].includes(n))continue;let r=n,i=e.hooks[r],a=t[r];t[r]=G.passThroughHooks.has(n)?e=>{if(t.options.async&&G.passThroughHooksRespectAsync.has(n))return(async()=>{let n=await i.call(t,e);return a.call(t,n)})();let r=i.call(t,e);return a.call(t,r)}:(...e)=>{if(t.options.async)return(async()=>{let n=await i.apply(t,e);return n===!1&&(n=await a.apply(t,e)),n})();let n=i.apply(t,e);return n===!1&&(n=a.apply(t,e)),n}}n.hooks=t}if(e.walkTokens){let t=this.defaults.walkTokens,r=e.walkTokens;n.walkTokens=function(e){let n=[];return K(n,r.call(this,e)),t&&K(n,t.call(this,e)),n}}this.defaults={...this.defaults,...n}}),this}setOptions(e){return this.defaults={...this.defaults,...e},this}lexer(e,t){return H.lex(e,t??this.defaults)}parser(e,t){return W.parse(e,t??this.defaults)}parseMarkdown(e){return(t,n)=>{let r={...n},i={...this.defaults,...r},a=this.onError(!!i.silent,!!i.async);if(this.defaults.async===!0&&r.async===!1)return a(Error(`marked(): The async option was set to true by an extension. Remove async: false from the parse options object to return a Promise.`));if(typeof t>`u`||t===null)return a(Error(`marked(): input parameter is undefined or null`));if(typeof t!=`string`)return a(Error(`marked(): input parameter is of type `+Object.prototype.toString.call(t)+`, string expected`));if(i.hooks&&(i.hooks.options=i,i.hooks.block=e),i.async)return(async()=>{let n=i.hooks?await i.hooks.preprocess(t):t,r=await(i.hooks?await i.hooks.provideLexer(e):e?H.lex:H.lexInline)(n,i),a=i.hooks?await i.hooks.processAllTokens(r):r;i.walkTokens&&await Promise.all(this.walkTokens(a,i.walkTokens));let o=await(i.hooks?await i.hooks.provideParser(e):e?W.parse:W.parseInline)(a,i);return i.hooks?await i.hooks.postprocess(o):o})().catch(a);try{i.hooks&&(t=i.hooks.preprocess(t));let n=(i.hooks?i.hooks.provideLexer(e):e?H.lex:H.lexInline)(t,i);i.hooks&&(n=i.hooks.processAllTokens(n)),i.walkTokens&&this.walkTokens(n,i.walkTokens);let r=(i.hooks?i.hooks.provideParser(e):e?W.parse:W.parseInline)(n,i);return i.hooks&&(r=i.hooks.postprocess(r)),r}catch(e){return a(e)}}}onError(e,t){return n=>{if(n.message+=`
Please report this to https://github.com/markedjs/marked.`,e){let e=`<p>An error occurred:</p><pre>`+I(n.message+``,!0)+`</pre>`;return t?Promise.resolve(e):e}if(t)return Promise.reject(n);throw n}}};function J(e,t){return q.parse(e,t)}J.options=J.setOptions=function(e){return q.setOptions(e),J.defaults=q.defaults,xe(J.defaults),J},J.getDefaults=be,J.defaults=T;function Zt(...e){return q.use(...e),J.defaults=q.defaults,xe(J.defaults),J}J.use=Zt,J.walkTokens=function(e,t){return q.walkTokens(e,t)},J.parseInline=q.parseInline,J.Parser=W,J.parser=W.parse,J.Renderer=U,J.TextRenderer=Xt,J.Lexer=H,J.lexer=H.lex,J.Tokenizer=V,J.Hooks=G,J.parse=J,J.options,J.setOptions,J.walkTokens,J.parseInline,W.parse,H.lex;function Qt(e,n,r=[]){let i=document.createDocumentFragment(),a=0;for(let o of new H({gfm:!0}).lex(e)){if(o.type===`heading`){let{depth:e,text:t}=o;(a===0||e<=a)&&(a=r.includes(t)?e:0)}a===0&&t(i,[$t(o,n)])}return i}function Y(e){let n=document.createDocumentFragment();return t(n,X(H.lexInline(e))),n}function $t(t,n){switch(t.type){case`heading`:{let{depth:r,tokens:i}=t;return e(`h${Math.min(n+r-1,6)}`,{},...X(i))}case`paragraph`:return e(`p`,{},...X(t.tokens));case`list`:{let{items:r,ordered:i}=t,a=r.map(t=>e(`li`,{},...t.tokens.map(e=>$t(e,n))));return e(i?`ol`:`ul`,{},...a)}case`code`:return e(`pre`,{tabindex:0},e(`code`,{},t.text));case`blockquote`:return e(`blockquote`,{},...t.tokens.map(e=>$t(e,n)));case`table`:{let{header:n,rows:r}=t,i=(t,n)=>e(`tr`,{},...t.map(t=>e(n,{},...X(t.tokens)))),a=r.map(e=>i(e,`td`));return e(`table`,{},e(`thead`,{},i(n,`th`)),e(`tbody`,{},...a))}case`hr`:return e(`hr`);case`text`:{let{tokens:n,text:r}=t;return e(`span`,{},...n===void 0?[r]:X(n))}case`space`:case`def`:return;default:return document.createTextNode(t.raw)}}function X(t){return t.map(t=>{switch(t.type){case`codespan`:return e(`code`,{},t.text);case`strong`:return e(`strong`,{},...X(t.tokens));case`em`:return e(`em`,{},...X(t.tokens));case`del`:return e(`del`,{},...X(t.tokens));case`br`:return e(`br`);case`escape`:return document.createTextNode(t.text);case`link`:{let{href:n,tokens:r}=t;return/^https?:\/\//.test(n)?e(`a`,{href:n,target:`_blank`,rel:`noopener noreferrer`},...X(r)):e(`span`,{},...X(r))}case`text`:{let{tokens:n,text:r}=t;return n===void 0?document.createTextNode(r):e(`span`,{},...X(n))}default:return document.createTextNode(t.raw)}})}var en=[`error`,`warning`,`info`];function Z({code:e,file:t,pointer:n,message:r}){return[e,t,n,r].join(`\0`)}var tn=`ccf-edge.json`,nn=100,rn=10,an=class{name;files=new Map;findings=[];trouble;took=0;file;finding;unsaved=!1;hidden=new Set;rule=``;#e;#t=new Map;on(e,t){let n=this.#t.get(e)??[];n.push(t),this.#t.set(e,n)}#n(e,t){for(let n of this.#t.get(e)??[])n(t)}open({name:e,files:t}){this.name=e,this.files=new Map([...t].sort(([e],[t])=>e<t?-1:1)),this.finding=void 0,this.file=void 0,this.unsaved=!1,this.hidden.clear(),this.rule=``,this.#i(),this.took=0,this.file=this.findings[0]?.file??[...this.files.keys()].find(sn)??[...this.files.keys()][0],this.#n(`opened`,void 0),this.#n(`checked`,void 0),this.select(this.findings[0])}snapshot(){return{name:this.name,files:new Map(this.files)}}options(){let e=this.files.get(tn),t=typeof e==`string`&&this.trouble===void 0;return{name:this.name,...t?{config:e}:{}}}visible(){return this.findings.filter(({severity:e,code:t})=>!this.hidden.has(e)&&(this.rule===``||this.rule===t))}filter(e){e.severity!==void 0&&!this.hidden.delete(e.severity)&&this.hidden.add(e.severity),e.rule!==void 0&&(this.rule=e.rule),this.#n(`checked`,void 0)}edited(e,t){this.files.set(e,t),this.unsaved=!0,this.#n(`changed`,[{path:e,by:`editor`}]),clearTimeout(this.#e),this.#e=setTimeout(()=>this.checkNow(),Math.max(nn,this.took*3))}write(e){let t=[];for(let[n,r]of e)this.files.get(n)!==r&&(this.files.set(n,r),t.push({path:n,by:`page`}));this.unsaved=!0,this.#n(`changed`,t),this.checkNow()}checkNow(){clearTimeout(this.#e),this.#i(),this.#n(`checked`,void 0)}select(e,t=!1){this.finding=e,e!==void 0&&this.files.has(e.file)&&(this.file=e.file),this.#n(`selected`,{range:e?.range,focus:t})}explain(e){this.finding=e,this.#n(`selected`,{range:void 0,focus:!1})}show(e,t,n=!1){this.files.has(e)&&(this.file=e,this.#n(`selected`,{range:t,focus:n}))}mend(e,t){let n=this.findings.indexOf(e),{files:r}=pe(this.files,[{...e,fixes:[t]}],{suggested:!0}),i=this.#r(Object.keys(r));if(this.write(Object.entries(r)),this.finding===void 0){let e=this.findings.slice(Math.max(n,0)).find(e=>this.visible().includes(e));this.select(e??this.visible()[0])}return i}mended(e){let t=new Map(e.map(({finding:e,fix:t})=>[Z(e),t.title])),n=new Map(this.files),r=new Map,i=0,a=e.map(({finding:e,fix:t})=>({...e,fixes:[t]}));for(let e=0;e<rn&&a.length>0;e+=1){let e=pe(n,a,{suggested:!0});if(e.made===0)break;i+=e.made;for(let[t,i]of Object.entries(e.files))n.set(t,i),r.set(t,i);a=C(n,this.options()).flatMap(e=>{let n=e.fixes.find(({title:n})=>n===t.get(Z(e)));return n===void 0?[]:[{...e,fixes:[n]}]})}return{files:r,made:i}}apply(e){let t=this.#r(e.keys());return this.write(e),this.finding===void 0&&this.select(this.visible()[0]),t}#r(e){return[...e].flatMap(e=>{let t=this.files.get(e);return t===void 0?[]:[[e,t]]})}#i(){let e=performance.now();this.trouble=void 0;try{this.findings=C(this.files,this.options())}catch(e){this.trouble=on(e),this.findings=C(this.files,{name:this.name})}if(this.took=performance.now()-e,this.finding!==void 0){let e=Z(this.finding);this.finding=this.findings.find(t=>Z(t)===e)}}};function on(e){return e instanceof Error?e.message:String(e)}function sn(e){return/\.json$/i.test(e)}function Q(e){return e.slice(e.lastIndexOf(`/`)+1)}function cn(e){let t={error:0,warning:0,info:0};for(let{severity:n}of e)t[n]+=1;return t}var ln={error:`Error`,warning:`Warning`,info:`Note`};function un(t,{mend:n,takeAway:r}){let a=e(`div`,{class:`detail-body`}),o=e(`section`,{class:`detail`,"aria-label":`The finding`,tabindex:0},a),s=``,c=()=>{let{finding:e}=t,n=e===void 0?`none ${t.findings.length}`:JSON.stringify([e,l()]);n!==s&&(s=n,a.replaceChildren(...e===void 0?u():d(e)),o.scrollTop=0)},l=()=>{let e=t.visible();return{all:e,at:t.finding===void 0?-1:e.indexOf(t.finding)}},u=()=>{if(t.findings.length>0)return[e(`p`,{class:`hint`},`Choose a finding to see why it matters and what to do.`)];let n=dn(t);return n===void 0?[e(`p`,{class:`clean`},i(`ok`),`No findings`),e(`p`,{},`Nothing here that the packager or Azure would refuse, as far as ccf-edge knows.`),e(`p`,{class:`next`},e(`button`,{type:`button`,onclick:r},`Download or share it…`))]:[e(`p`,{class:`hint`},n)]},d=n=>{let{all:r,at:a}=l(),o=(n,i)=>e(`button`,{type:`button`,class:`quiet`,"aria-label":i,disabled:r[a+n]===void 0,onclick:()=>t.select(r[a+n])},n<0?`‹`:`›`),s=me(n.code);return[e(`header`,{},e(`span`,{class:`severity ${n.severity}`},i(n.severity),ln[n.severity]),e(`a`,{href:n.url,target:`_blank`,rel:`noopener noreferrer`,class:`code`},n.code),a>=0&&e(`span`,{class:`steps`},o(-1,`Previous finding`),e(`span`,{},`${a+1} of ${r.length}`),o(1,`Next finding`))),e(`h2`,{class:`message`},Y(n.message)),f(n.file,n.range),...n.fixes.map(e=>p(n,e)),e(`h3`,{},`Why it matters`),e(`p`,{},Y(n.why)),e(`h3`,{},`What to do`),e(`p`,{},Y(n.help)),...m(n),...s===void 0?[]:[h(n,s)]]},f=(n,r)=>e(`button`,{type:`button`,class:`place`,title:n,onclick:()=>t.show(n,r,!0)},`${Q(n)}, line ${r.line}`),p=(t,r)=>e(`div`,{class:`fix`},e(`button`,{type:`button`,class:`primary`,onclick:()=>n(t,r)},Y(r.title)),r.safe?e(`span`,{class:`kind safe`,title:`It cannot be wrong.`},`safe`):e(`span`,{class:`kind suggested`,title:`Look at the result.`},`suggested`)),m=({related:t})=>{if(t.length===0)return[];let n=t.map(({file:t,range:n,message:r})=>e(`li`,{},e(`span`,{},Y(r)),f(t,n)));return[e(`h3`,{},`Related places`),e(`ul`,{class:`related`},...n)]},h=(t,n)=>e(`article`,{class:`rule`,"aria-label":`The rule ${t.code}`},e(`p`,{class:`eyebrow`},`The rule`),Qt(n,3,[`Why it matters`,`What to do`]));return t.on(`checked`,c),t.on(`selected`,c),o}function dn({files:e}){if(e.size===0)return`Nothing is open.`;let t=/Microsoft\.(OperationalInsights|Insights|SecurityInsights)/i;return[...e.values()].filter(e=>typeof e==`string`).some(e=>t.test(e))?void 0:`There is no connector in these files: no table, Data Collection Rule, definition or data connector.`}function fn(t,n,...r){let i=()=>a.close(),a=e(`dialog`,{class:n,"aria-label":t},e(`header`,{},e(`h2`,{},t),e(`button`,{type:`button`,class:`quiet`,"aria-label":`Close`,onclick:i},`×`)),...r);return a.addEventListener(`click`,e=>{e.target===a&&i()}),a.addEventListener(`close`,()=>a.remove()),document.body.append(a),a.showModal(),a}var pn=(function(){let e=typeof document<`u`&&document.createElement(`link`).relList;return e&&e.supports&&e.supports(`modulepreload`)?`modulepreload`:`preload`})(),mn=function(e,t){return new URL(e,t).href},hn={},gn=function(e){return e.pathname.endsWith(`.css`)},_n=function(e,t,n){if(t in e)return e[t];let r=n();if(!r){e[t]=void 0;return}let i=r.then(()=>{e[t]=void 0},n=>{throw e[t]=void 0,n});return e[t]=i,i},vn=function(e,t,n){let r=Promise.resolve();if(t&&t.length>0){let e,i=document.querySelector(`meta[property=csp-nonce]`),a=i?.nonce||i?.getAttribute(`nonce`);function o(e){return Promise.all(e.map(e=>Promise.resolve(e).then(e=>({status:`fulfilled`,value:e}),e=>({status:`rejected`,reason:e}))))}function s(e){return import.meta.resolve?new URL(import.meta.resolve(e)):new URL(e,import.meta.url)}r=o(t.map(t=>{t=mn(t,n);let r=s(t),i=gn(r);return _n(hn,r.href,()=>{if(e===void 0){e={all:new Set,styles:new Set};let t=document.getElementsByTagName(`link`);for(let n=t.length-1;n>=0;n--){let r=t[n];e.all.add(r.href),r.rel===`stylesheet`&&e.styles.add(r.href)}}if((i?e.styles:e.all).has(r.href))return;let t=document.createElement(`link`);if(t.rel=i?`stylesheet`:pn,i||(t.as=`script`),t.crossOrigin=``,t.href=r.href,a&&t.setAttribute(`nonce`,a),document.head.appendChild(t),i)return new Promise((e,n)=>{let i=a=>{t.removeEventListener(`load`,i),t.removeEventListener(`error`,i),a.type===`error`?n(Error(`Unable to preload CSS for ${r}`)):e(a)};t.addEventListener(`load`,i),t.addEventListener(`error`,i)})})}).filter(e=>e!==void 0))}function i(e){let t=new Event(`vite:preloadError`,{cancelable:!0});if(t.payload=e,window.dispatchEvent(t),!t.defaultPrevented)throw e}return r.then(t=>{for(let e of t||[])e.status===`rejected`&&i(e.reason);return e().catch(i)})},yn=5e3,bn=67108864,xn=/\.(json|jsonc|md|svg|txt|kql|ya?ml|csv|xml|ps1|py)$/i,Sn=/(^|\/)(node_modules|\.git|__MACOSX)\/|(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/,$=class extends Error{},Cn=class{files=new Map;#e=0;add(e,t){let n=Tn(e);if(!(n===``||Sn.test(n))){if(this.#e+=t.length,this.files.size>=yn||this.#e>bn)throw new $(`These are more than ${yn} files or 64 MB: open the folder of one solution, or use the command line.`);this.files.set(n,xn.test(n)?En(t):t)}}opened(){if(this.files.size===0)throw new $(`There is no file in what you opened.`);let e=new Set([...this.files.keys()].map(e=>e.slice(0,e.indexOf(`/`)+1))),[t=``]=e;if(e.size!==1||t===``||wn(t))return{files:this.files};let n=new Map([...this.files].map(([e,n])=>[e.slice(t.length),n]));return{name:t.slice(0,-1),files:n}}};function wn(e){return/^(Data Connectors|DataConnectors|Data|Package|Parsers|Workbooks|Analytic Rules)\/$/i.test(e)}function Tn(e){return e.replaceAll(`\\`,`/`).split(`/`).filter(e=>e!==``&&e!==`.`&&e!==`..`).join(`/`)}function En(e){try{return new TextDecoder(`utf-8`,{fatal:!0,ignoreBOM:!0}).decode(e)}catch{return e}}function Dn(e){let t=[...e.items].map(e=>e.webkitGetAsEntry?.()??null),n=[...e.files];return t.some(e=>e?.isDirectory)?kn(async e=>{for(let n of t)n!==null&&await An(n,e)}):On(n)}function On(e){return kn(async t=>{for(let n of e){let r=await jn(n);/\.zip$/i.test(n.name)&&n.webkitRelativePath===``?await Mn(r,t,e.length>1?n.name.replace(/\.zip$/i,`/`):``):t.add(n.webkitRelativePath||n.name,r)}})}async function kn(e){let t=new Cn;return await e(t),t.opened()}async function An(e,t){if(Sn.test(`${e.fullPath}/`))return;if(e.isFile){let n=await new Promise((t,n)=>e.file(t,n));t.add(e.fullPath,await jn(n));return}let n=e.createReader();for(;;){let e=await new Promise((e,t)=>n.readEntries(e,t));if(e.length===0)return;for(let n of e)await An(n,t)}}async function jn(e){if(e.size>bn)throw new $(`${e.name} has more than 64 MB.`);try{return new Uint8Array(await e.arrayBuffer())}catch{throw new $(`${e.name} cannot be read.`)}}async function Mn(e,t,n){let{unzipSync:r}=await vn(async()=>{let{unzipSync:e}=await import(`./browser-BXlMmLo7.js`);return{unzipSync:e}},[],import.meta.url),i=0,a;try{a=r(e,{filter:({name:e,originalSize:t})=>{if(e.endsWith(`/`)||Sn.test(e))return!1;if(i+=t,i>bn)throw new $(`The zip unpacks to more than 64 MB.`);return!0}})}catch(e){throw e instanceof $?e:new $(`The zip cannot be read: it is damaged or encrypted.`)}for(let[e,r]of Object.entries(a))t.add(n+e,r)}async function Nn({name:e,files:t}){let{strToU8:n,zipSync:r}=await vn(async()=>{let{strToU8:e,zipSync:t}=await import(`./browser-BXlMmLo7.js`);return{strToU8:e,zipSync:t}},[],import.meta.url),i=e===void 0?``:`${e}/`,a=[...t].map(([e,t])=>[i+e,typeof t==`string`?n(t):t]);return r(Object.fromEntries(a))}var Pn=8388608;async function Fn({name:e,files:t}){let n=[...t].filter(e=>typeof e[1]==`string`),r=JSON.stringify({name:e,files:Object.fromEntries(n)}),i=new Blob([r]).stream().pipeThrough(new CompressionStream(`deflate-raw`));return Ln(new Uint8Array(await new Response(i).arrayBuffer()))}async function In(e){let t=new Blob([Rn(e)]).stream().pipeThrough(new DecompressionStream(`deflate-raw`)).getReader(),n=new TextDecoder(`utf-8`,{fatal:!0,ignoreBOM:!0}),r=``;for(;;){let{done:e,value:i}=await t.read();if(e)break;if(r+=n.decode(i,{stream:!0}),r.length>Pn)throw Error(`the link unpacks to more than 8 MB`)}let{name:i,files:a}=JSON.parse(r+n.decode());if(typeof a!=`object`||!a)throw Error(`the link has no files`);let o=Object.entries(a).filter(e=>typeof e[1]==`string`&&!e[0].split(`/`).includes(`..`));if(o.length===0)throw Error(`the link has no files`);return{name:typeof i==`string`?i:void 0,files:new Map(o)}}function Ln(e){let t=``;for(let n of e)t+=String.fromCharCode(n);return btoa(t).replaceAll(`+`,`-`).replaceAll(`/`,`_`).replaceAll(`=`,``)}function Rn(e){return Uint8Array.from(atob(e.replaceAll(`-`,`+`).replaceAll(`_`,`/`)),e=>e.charCodeAt(0))}function zn(t){let n=t.name??`connector`,r=e(`input`,{type:`text`,readonly:!0,"aria-label":`Link to these files`}),i=e(`button`,{type:`button`,disabled:!0},`Copy the link`),o=e(`p`,{class:`note`,role:`status`},`Packing…`);i.addEventListener(`click`,()=>void Vn(r.value,`The link is copied.`));let s=(t,n)=>e(`button`,{type:`button`,onclick:()=>void Vn(n(),`The findings are copied as ${t}.`)},t);fn(`Take it with you`,`export`,e(`section`,{},e(`h3`,{},`The files`),e(`p`,{},`${a(t.files.size,`file`)} as they are now, with the fixes that you made.`),e(`button`,{type:`button`,class:`primary`,onclick:()=>void Bn(t,n)},`Download ${n}.zip`)),e(`section`,{},e(`h3`,{},`The findings`),e(`p`,{},`Copied for a pull request, for code scanning, or for a program.`),e(`div`,{class:`row`},s(`Markdown`,()=>fe(t.files,`markdown`,t.options())),s(`SARIF`,()=>fe(t.files,`sarif`,t.options())),s(`JSON`,()=>JSON.stringify({findings:C(t.files,t.options())},null,2)))),e(`section`,{},e(`h3`,{},`A link`),e(`p`,{},`The link itself carries the files, behind the #, which browsers send to no server. Whoever has the link has the files.`),e(`div`,{class:`row link`},r,i),o)),(async()=>{let e=await Fn({name:t.name,files:t.files});e.length>32e3?(o.textContent=`It would have ${Math.round(e.length/1e3)} KB, which most programs cut off: send the zip instead.`,r.disabled=!0):(r.value=`${location.href.replace(/#.*$/s,``)}#/check/${e}`,i.disabled=!1,o.textContent=`${Math.ceil(r.value.length/1e3)} KB`)})()}async function Bn(t,n){let r=await Nn({name:t.name,files:t.files}),i=URL.createObjectURL(new Blob([r],{type:`application/zip`}));e(`a`,{href:i,download:`${n}.zip`}).click(),setTimeout(()=>URL.revokeObjectURL(i),1e4),t.unsaved=!1}async function Vn(e,t){try{await navigator.clipboard.writeText(e),w(t)}catch(e){w(`The browser does not let the page copy: ${on(e)}`)}}var Hn={error:`Errors`,warning:`Warnings`,info:`Notes`},Un=300;function Wn(t,n){let r=e(`div`,{class:`filters`,role:`group`,"aria-label":`Filter the findings`}),a=e(`select`,{"aria-label":`Rule`}),o=e(`ul`,{class:`findings`,"aria-label":`Findings`}),s=Un,c=en.map(n=>{let r=e(`span`,{class:`number`});return{severity:n,button:e(`button`,{type:`button`,class:`chip ${n}`,onclick:()=>t.filter({severity:n})},i(n),e(`span`,{class:`word`},Hn[n]),r),number:r}});a.addEventListener(`change`,()=>t.filter({rule:a.value})),r.append(...c.map(({button:e})=>e),a);let l=()=>{let e=cn(t.findings);for(let{severity:n,button:r,number:i}of c)r.setAttribute(`aria-pressed`,String(!t.hidden.has(n))),i.textContent=String(e[n]),r.hidden=e[n]===0&&!t.hidden.has(n);r.hidden=t.findings.length===0,u(),d()},u=()=>{let n=[...Map.groupBy(t.findings,({code:e})=>e)].sort(([e],[t])=>e<t?-1:1),r=n.map(([t,[n,...r]])=>e(`option`,{value:t},`${t} ${n?.name??``} (${r.length+1})`));t.rule!==``&&!n.some(([e])=>e===t.rule)&&r.push(e(`option`,{value:t.rule},`${t.rule} (0)`)),a.replaceChildren(e(`option`,{value:``},`Every rule`),...r),a.value=t.rule},d=()=>{let n=o.getRootNode(),r=o.contains(n.activeElement),i=t.visible(),a=t.finding,c=[],l;for(let t of i.slice(0,s))t.file!==l&&(l=t.file,c.push(e(`li`,{class:`file`,title:l},Q(l)))),c.push(e(`li`,{},f(t,t===a)));if(i.length>s){let t=()=>{s+=Un,d()},n=`Show ${Math.min(Un,i.length-s)} more of ${i.length}`;c.push(e(`li`,{},e(`button`,{type:`button`,class:`more`,onclick:t},n)))}o.replaceChildren(...c);let u=o.querySelector(`[aria-current=true]`)??o.querySelector(`button`);u!==null&&(u.tabIndex=0),r?u?.focus():a!==void 0&&Gn(o,u)},f=(r,a)=>e(`button`,{type:`button`,class:`finding`,tabindex:-1,"aria-current":a?`true`:void 0,"data-key":Z(r),onclick:()=>{t.select(r),n()}},i(r.severity),e(`span`,{class:`what`},e(`span`,{class:`visually-hidden`},`${r.severity}: `),Y(r.message)),e(`span`,{class:`where`},`line ${r.range.line} · ${r.code}`,r.fixes.length>0&&e(`span`,{class:r.fixes.some(({safe:e})=>e)?`fixable safe`:`fixable`},`has a fix`)));return o.addEventListener(`keydown`,e=>{let n=[...o.querySelectorAll(`button`)],r=n.indexOf(e.target),i={ArrowDown:r+1,ArrowUp:r-1,Home:0,End:n.length-1}[e.key],a=i===void 0?void 0:n[i];if(a===void 0)return;e.preventDefault(),a.focus();let s=a.dataset.key,c=t.findings.find(e=>Z(e)===s);c!==void 0&&t.select(c)}),t.on(`opened`,()=>{s=Un}),t.on(`checked`,l),t.on(`selected`,d),e(`div`,{class:`found`},r,o)}function Gn(e,t){if(t===null||e.scrollHeight<=e.clientHeight)return;let{top:n,bottom:r}=t.getBoundingClientRect(),i=e.getBoundingClientRect();n<i.top&&(e.scrollTop-=i.top-n+32),r>i.bottom&&(e.scrollTop+=r-i.bottom+8)}function Kn({fixes:e}){return e.find(({safe:e})=>e)??e[0]}function qn(t,n){let r=t.visible().flatMap(t=>{let n=Kn(t);if(n===void 0)return[];let r=e(`input`,{type:`checkbox`});return r.checked=n.safe,r.addEventListener(`change`,()=>m()),[{finding:t,fix:n,box:r}]}),i=r.filter(({fix:e})=>e.safe),o=r.filter(({fix:e})=>!e.safe);if(i.length===0)for(let{box:e}of o)e.checked=!0;let s=e(`div`,{class:`diffs`,tabindex:0,role:`group`,"aria-label":`What changes`}),c=e(`p`,{class:`summary`,role:`status`}),l=e(`button`,{type:`button`,class:`primary`}),u=[Jn(`Safe`,`They cannot be wrong.`,`safe`,i,()=>m()),Jn(`Suggested`,`Look at what they change.`,`suggested`,o,()=>m())],d=fn(`Fix all`,`fixall`,e(`div`,{class:`columns`},e(`div`,{class:`choices`},...u.map(({element:e})=>e)),s),e(`footer`,{},c,e(`button`,{type:`button`,onclick:()=>d.close()},`Cancel`),l)),f={files:new Map,made:0},p=0,m=async()=>{p+=1;let n=p;for(let{sync:e}of u)e();let i=r.filter(({box:e})=>e.checked);f=t.mended(i),l.textContent=`Make ${a(f.made,`fix`,`fixes`)}`,l.disabled=f.made===0,c.textContent=f.made===0?`Nothing is chosen.`:`${a(f.files.size,`file`)} ${f.files.size===1?`changes`:`change`}.`;let{diffOf:o}=await vn(async()=>{let{diffOf:e}=await import(`./diff-BkYwnNo_.js`);return{diffOf:e}},__vite__mapDeps([0,1]),import.meta.url);if(n!==p)return;let d=[...f.files].map(([n,r])=>{let i=t.files.get(n);return e(`section`,{class:`diff`,"aria-label":`Changes of ${n}`},e(`h3`,{title:n},Q(n)),o(n,typeof i==`string`?i:``,r))});s.replaceChildren(...d)};l.addEventListener(`click`,()=>{d.close(),n(t.apply(f.files),f.made)}),m()}function Jn(t,n,r,i,a){let o=e(`input`,{type:`checkbox`});o.addEventListener(`change`,()=>{for(let{box:e}of i)e.checked=o.checked;a()});let s=i.map(({finding:t,fix:n,box:r})=>e(`li`,{},e(`label`,{},r,e(`span`,{},e(`span`,{class:`title`},Y(n.title)),e(`span`,{class:`where`},`${t.code} · ${Q(t.file)}, line ${t.range.line}`)))));return{element:e(`fieldset`,{class:r,hidden:i.length===0},e(`legend`,{},e(`label`,{},o,e(`span`,{class:`kind ${r}`},`${t} (${i.length})`))),e(`p`,{},n),e(`ul`,{},...s)),sync:()=>{let e=i.filter(({box:e})=>e.checked).length;o.checked=e>0&&e===i.length,o.indeterminate=e>0&&e<i.length}}}var Yn={"Data Connectors/Larkspur_ccf/DCR.json":`{
  "name": "LarkspurDCR",
  "apiVersion": "2022-06-01",
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": {
    "streamDeclarations": {
      "Custom-Larkspur": {
        "columns": [
          { "name": "raised_at", "type": "datetime" },
          { "name": "alert_id", "type": "string" },
          { "name": "severity", "type": "string" },
          { "name": "score", "type": "int" },
          { "name": "details", "type": "dynamic" }
        ]
      }
    },
    "destinations": {
      "logAnalytics": [
        { "name": "clv2ws1", "workspaceResourceId": "[variables('workspaceResourceId')]" }
      ]
    },
    "dataFlows": [
      {
        "streams": ["Custom-Larkspur"],
        "destinations": ["clv2ws1"],
        "transformKql": "source | project TimeGenerated = raised_at, AlertId = alert_id, Severity = severity, Score = score, Details = details",
        "outputStream": "Custom-Larkspur_CL"
      }
    ]
  }
}
`,"Data Connectors/Larkspur_ccf/connectorDefinition.json":`{
  "name": "LarkspurPush",
  "apiVersion": "2022-09-01-preview",
  "type": "Microsoft.SecurityInsights/dataConnectorDefinitions",
  "kind": "Customizable",
  "properties": {
    "connectorUiConfig": {
      "id": "LarkspurPush",
      "title": "Larkspur (Push)",
      "publisher": "Larkspur Labs",
      "descriptionMarkdown": "The Larkspur connector brings the alerts of Larkspur into the table \`Larkspur_CL\`.",
      "graphQueries": [
        { "metricName": "Alerts received", "legend": "Larkspur_CL", "baseQuery": "Larkspur_CL" }
      ],
      "sampleQueries": [
        {
          "description": "Alerts of high severity",
          "query": "Larkspur_CL\\n| where Severity == 'high'\\n| sort by TimeGenerated desc"
        }
      ],
      "dataTypes": [
        {
          "name": "Larkspur_CL",
          "lastDataReceivedQuery": "Larkspur_CL\\n| summarize Time = max(TimeGenerated)\\n| where isnotempty(Time)"
        }
      ],
      "connectivityCriteria": [{ "type": "HasDataConnectors" }],
      "availability": { "isPreview": false },
      "permissions": {
        "resourceProvider": [
          {
            "provider": "Microsoft.OperationalInsights/workspaces",
            "permissionsDisplayText": "Read and write permissions on the workspace are required.",
            "providerDisplayName": "Workspace",
            "scope": "Workspace",
            "requiredPermissions": { "write": true, "read": true, "delete": true, "action": false }
          }
        ],
        "customs": [
          {
            "name": "Microsoft Entra",
            "description": "Permission to create an app registration in Microsoft Entra ID."
          },
          {
            "name": "Microsoft Azure",
            "description": "Permission to assign the Monitoring Metrics Publisher role on the data collection rule."
          }
        ]
      },
      "instructionSteps": [
        {
          "title": "1. Deploy the connector's resources",
          "description": "This creates the table, the data collection rule and the application.",
          "instructions": [
            {
              "type": "DeployPushConnectorButton",
              "parameters": {
                "label": "Deploy the Larkspur connector resources",
                "applicationDisplayName": "Larkspur Connector Application"
              }
            }
          ]
        },
        {
          "title": "2. Enter these values in Larkspur",
          "description": "Larkspur sends its alerts with them.",
          "instructions": [
            { "type": "CopyableLabel", "parameters": { "label": "Tenant ID", "fillWith": ["TenantId"] } },
            { "type": "CopyableLabel", "parameters": { "label": "Application ID", "fillWith": ["ApplicationId"] } },
            {
              "type": "CopyableLabel",
              "parameters": { "label": "Application secret", "fillWith": ["ApplicationSecret"] }
            },
            {
              "type": "CopyableLabel",
              "parameters": { "label": "Data collection endpoint", "fillWith": ["DataCollectionEndpoint"] }
            },
            {
              "type": "CopyableLabel",
              "parameters": { "label": "Data collection rule ID", "fillWith": ["DataCollectionRuleId"] }
            },
            { "type": "CopyableLabel", "parameters": { "label": "Stream name", "value": "Custom-Larkspur" } }
          ]
        }
      ]
    }
  }
}
`,"Data Connectors/Larkspur_ccf/dataConnector.json":`{
  "name": "LarkspurPushConnector",
  "apiVersion": "2023-02-01-preview",
  "type": "Microsoft.SecurityInsights/dataConnectors",
  "kind": "Push",
  "properties": {
    "connectorDefinitionName": "LarkspurPush",
    "dcrConfig": {
      "streamName": "Custom-Larkspur",
      "dataCollectionEndpoint": "[[parameters('dcrConfig').dataCollectionEndpoint]",
      "dataCollectionRuleImmutableId": "[[parameters('dcrConfig').dataCollectionRuleImmutableId]"
    },
    "auth": {
      "type": "Push",
      "appId": "[[parameters('auth').appId]",
      "servicePrincipalId": "[[parameters('auth').servicePrincipalId]"
    },
    "request": { "RetryCount": 1 },
    "response": { "eventsJsonPaths": ["$"] }
  }
}
`,"Data Connectors/Larkspur_ccf/table.json":`{
  "name": "Larkspur_CL",
  "apiVersion": "2022-10-01",
  "type": "Microsoft.OperationalInsights/workspaces/tables",
  "properties": {
    "schema": {
      "name": "Larkspur_CL",
      "columns": [
        { "name": "TimeGenerated", "type": "datetime", "description": "When the alert was raised." },
        { "name": "AlertId", "type": "string", "description": "The alert's id in Larkspur." },
        { "name": "Severity", "type": "string", "description": "low, medium or high." },
        { "name": "Score", "type": "int", "description": "The risk score from 0 to 100." },
        { "name": "Details", "type": "dynamic", "description": "The alert as Larkspur sent it." }
      ]
    }
  }
}
`,"Data/Solution_larkspur.json":`{
  "Name": "larkspur",
  "Author": "Larkspur Labs - support@larkspur.example",
  "Logo": "<img src=\\"https://raw.githubusercontent.com/Azure/Azure-Sentinel/master/Logos/Larkspur.svg\\" width=\\"75px\\" height=\\"75px\\">",
  "Description": "The Larkspur solution brings the alerts of Larkspur into Microsoft Sentinel.",
  "Data Connectors": ["Data Connectors/Larkspur_ccf/connectorDefinition.json"],
  "BasePath": "C:\\\\GitHub\\\\Azure-Sentinel\\\\Solutions\\\\larkspur",
  "Version": "3.0.0",
  "Metadata": "SolutionMetadata.json",
  "TemplateSpec": true,
  "Is1PConnector": false
}
`,"Package/createUiDefinition.json":`{
  "$schema": "https://schema.management.azure.com/schemas/0.1.2-preview/CreateUIDefinition.MultiVm.json#",
  "handler": "Microsoft.Azure.CreateUIDef",
  "version": "0.1.2-preview",
  "parameters": {
    "config": {
      "isWizard": false,
      "basics": {
        "description": "<img src=\\"https://raw.githubusercontent.com/Azure/Azure-Sentinel/master/Logos/Larkspur.svg\\" width=\\"75px\\" height=\\"75px\\">\\n\\nThe Larkspur solution brings the alerts of Larkspur into Microsoft Sentinel.",
        "resourceGroup": {
          "allowExisting": true
        }
      }
    },
    "basics": [],
    "steps": [
      {
        "name": "dataconnectors",
        "label": "Data Connectors",
        "bladeTitle": "Data Connectors",
        "elements": [
          {
            "name": "dataconnectors1-text",
            "type": "Microsoft.Common.TextBlock",
            "options": {
              "text": "This solution installs the data connector for Larkspur (Push)."
            }
          }
        ]
      }
    ],
    "outputs": {
      "workspace-location": "[location()]",
      "location": "[location()]",
      "workspace": "[basics('workspace')]"
    }
  }
}
`,"Package/mainTemplate.json":`{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "metadata": {
    "author": "Larkspur Labs - support@larkspur.example",
    "comments": "Solution template for larkspur"
  },
  "parameters": {
    "location": {
      "type": "string",
      "minLength": 1,
      "defaultValue": "[resourceGroup().location]",
      "metadata": {
        "description": "Unused; a test of templates asks for it."
      }
    },
    "workspace-location": {
      "type": "string",
      "defaultValue": "",
      "metadata": {
        "description": "[concat('The region of the workspace, apart from ',parameters('location'))]"
      }
    },
    "workspace": {
      "defaultValue": "",
      "type": "string",
      "metadata": {
        "description": "The workspace's name."
      }
    },
    "resourceGroupName": {
      "type": "string",
      "defaultValue": "[resourceGroup().name]",
      "metadata": {
        "description": "The workspace's resource group."
      }
    },
    "subscription": {
      "type": "string",
      "defaultValue": "[last(split(subscription().id, '/'))]",
      "metadata": {
        "description": "The workspace's subscription."
      }
    }
  },
  "variables": {
    "email": "support@larkspur.example",
    "_email": "[variables('email')]",
    "_solutionName": "larkspur",
    "_solutionVersion": "3.0.0",
    "solutionId": "larkspurlabs.azure-sentinel-solution-larkspur",
    "_solutionId": "[variables('solutionId')]",
    "workspaceResourceId": "[resourceId('microsoft.OperationalInsights/Workspaces', parameters('workspace'))]",
    "dataConnectorCCPVersion": "3.0.0",
    "_dataConnectorContentIdConnectorDefinition1": "LarkspurPush",
    "dataConnectorTemplateNameConnectorDefinition1": "[concat(parameters('workspace'),'-dc-',uniquestring(variables('_dataConnectorContentIdConnectorDefinition1')))]",
    "_dataConnectorContentIdConnections1": "LarkspurPushConnections",
    "dataConnectorTemplateNameConnections1": "[concat(parameters('workspace'),'-dc-',uniquestring(variables('_dataConnectorContentIdConnections1')))]",
    "dataCollectionEndpointId": "[concat('/subscriptions/',parameters('subscription'),'/resourceGroups/',parameters('resourceGroupName'),'/providers/Microsoft.Insights/dataCollectionEndpoints/',parameters('workspace'))]",
    "blanks": "[replace('b', 'b', '')]",
    "_solutioncontentProductId": "[concat(take(variables('_solutionId'),50),'-','sl','-', uniqueString(concat(variables('_solutionId'),'-','Solution','-',variables('_solutionId'),'-', variables('_solutionVersion'))))]"
  },
  "resources": [
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/contentTemplates",
      "apiVersion": "2023-04-01-preview",
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/', variables('dataConnectorTemplateNameConnectorDefinition1'), variables('dataConnectorCCPVersion'))]",
      "location": "[parameters('workspace-location')]",
      "dependsOn": [
        "[extensionResourceId(resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace')), 'Microsoft.SecurityInsights/contentPackages', variables('_solutionId'))]"
      ],
      "properties": {
        "contentId": "[variables('_dataConnectorContentIdConnectorDefinition1')]",
        "displayName": "Larkspur (Push)",
        "contentKind": "DataConnector",
        "mainTemplate": {
          "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          "contentVersion": "[variables('dataConnectorCCPVersion')]",
          "parameters": {},
          "variables": {},
          "resources": [
            {
              "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',variables('_dataConnectorContentIdConnectorDefinition1'))]",
              "apiVersion": "2022-09-01-preview",
              "type": "Microsoft.OperationalInsights/workspaces/providers/dataConnectorDefinitions",
              "location": "[parameters('workspace-location')]",
              "kind": "Customizable",
              "properties": {
                "connectorUiConfig": {
                  "id": "LarkspurPush",
                  "title": "Larkspur (Push)",
                  "publisher": "Larkspur Labs",
                  "descriptionMarkdown": "The Larkspur connector brings the alerts of Larkspur into the table \`Larkspur_CL\`.",
                  "graphQueries": [
                    {
                      "metricName": "Alerts received",
                      "legend": "Larkspur_CL",
                      "baseQuery": "Larkspur_CL"
                    }
                  ],
                  "sampleQueries": [
                    {
                      "description": "Alerts of high severity",
                      "query": "Larkspur_CL\\n| where Severity == 'high'\\n| sort by TimeGenerated desc"
                    }
                  ],
                  "dataTypes": [
                    {
                      "name": "Larkspur_CL",
                      "lastDataReceivedQuery": "Larkspur_CL\\n| summarize Time = max(TimeGenerated)\\n| where isnotempty(Time)"
                    }
                  ],
                  "connectivityCriteria": [
                    {
                      "type": "HasDataConnectors"
                    }
                  ],
                  "availability": {
                    "isPreview": false
                  },
                  "permissions": {
                    "resourceProvider": [
                      {
                        "provider": "Microsoft.OperationalInsights/workspaces",
                        "permissionsDisplayText": "Read and write permissions on the workspace are required.",
                        "providerDisplayName": "Workspace",
                        "scope": "Workspace",
                        "requiredPermissions": {
                          "write": true,
                          "read": true,
                          "delete": true,
                          "action": false
                        }
                      }
                    ],
                    "customs": [
                      {
                        "name": "Microsoft Entra",
                        "description": "Permission to create an app registration in Microsoft Entra ID."
                      },
                      {
                        "name": "Microsoft Azure",
                        "description": "Permission to assign the Monitoring Metrics Publisher role on the data collection rule."
                      }
                    ]
                  },
                  "instructionSteps": [
                    {
                      "title": "1. Deploy the connector's resources",
                      "description": "This creates the table, the data collection rule and the application.",
                      "instructions": [
                        {
                          "type": "DeployPushConnectorButton",
                          "parameters": {
                            "label": "Deploy the Larkspur connector resources",
                            "applicationDisplayName": "Larkspur Connector Application"
                          }
                        }
                      ]
                    },
                    {
                      "title": "2. Enter these values in Larkspur",
                      "description": "Larkspur sends its alerts with them.",
                      "instructions": [
                        {
                          "type": "CopyableLabel",
                          "parameters": {
                            "label": "Tenant ID",
                            "fillWith": [
                              "TenantId"
                            ]
                          }
                        },
                        {
                          "type": "CopyableLabel",
                          "parameters": {
                            "label": "Application ID",
                            "fillWith": [
                              "ApplicationId"
                            ]
                          }
                        },
                        {
                          "type": "CopyableLabel",
                          "parameters": {
                            "label": "Application secret",
                            "fillWith": [
                              "ApplicationSecret"
                            ]
                          }
                        },
                        {
                          "type": "CopyableLabel",
                          "parameters": {
                            "label": "Data collection endpoint",
                            "fillWith": [
                              "DataCollectionEndpoint"
                            ]
                          }
                        },
                        {
                          "type": "CopyableLabel",
                          "parameters": {
                            "label": "Data collection rule ID",
                            "fillWith": [
                              "DataCollectionRuleId"
                            ]
                          }
                        },
                        {
                          "type": "CopyableLabel",
                          "parameters": {
                            "label": "Stream name",
                            "value": "Custom-Larkspur"
                          }
                        }
                      ]
                    }
                  ]
                }
              }
            },
            {
              "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',concat('DataConnector-', variables('_dataConnectorContentIdConnectorDefinition1')))]",
              "apiVersion": "2022-01-01-preview",
              "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
              "properties": {
                "parentId": "[extensionResourceId(resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace')), 'Microsoft.SecurityInsights/dataConnectorDefinitions', variables('_dataConnectorContentIdConnectorDefinition1'))]",
                "contentId": "[variables('_dataConnectorContentIdConnectorDefinition1')]",
                "kind": "DataConnector",
                "version": "[variables('dataConnectorCCPVersion')]",
                "source": {
                  "sourceId": "[variables('_solutionId')]",
                  "name": "[variables('_solutionName')]",
                  "kind": "Solution"
                },
                "author": {
                  "name": "Larkspur Labs",
                  "email": "[variables('_email')]"
                },
                "support": {
                  "name": "Larkspur Labs",
                  "tier": "Partner",
                  "email": "support@larkspur.example",
                  "link": "https://larkspur.example/support"
                },
                "dependencies": {
                  "criteria": [
                    {
                      "version": "[variables('dataConnectorCCPVersion')]",
                      "contentId": "[variables('_dataConnectorContentIdConnections1')]",
                      "kind": "ResourcesDataConnector"
                    }
                  ]
                }
              }
            },
            {
              "name": "LarkspurDCR",
              "apiVersion": "2022-06-01",
              "type": "Microsoft.Insights/dataCollectionRules",
              "location": "[parameters('workspace-location')]",
              "kind": "[variables('blanks')]",
              "properties": {
                "streamDeclarations": {
                  "Custom-Larkspur": {
                    "columns": [
                      {
                        "name": "raised_at",
                        "type": "datetime"
                      },
                      {
                        "name": "alert_id",
                        "type": "string"
                      },
                      {
                        "name": "severity",
                        "type": "string"
                      },
                      {
                        "name": "score",
                        "type": "int"
                      },
                      {
                        "name": "details",
                        "type": "dynamic"
                      }
                    ]
                  }
                },
                "destinations": {
                  "logAnalytics": [
                    {
                      "name": "clv2ws1",
                      "workspaceResourceId": "[variables('workspaceResourceId')]"
                    }
                  ]
                },
                "dataFlows": [
                  {
                    "streams": [
                      "Custom-Larkspur"
                    ],
                    "destinations": [
                      "clv2ws1"
                    ],
                    "transformKql": "source | project TimeGenerated = raised_at, AlertId = alert_id, Severity = severity, Score = score, Details = details",
                    "outputStream": "Custom-Larkspur_CL"
                  }
                ],
                "dataCollectionEndpointId": "[variables('dataCollectionEndpointId')]"
              }
            },
            {
              "name": "Larkspur_CL",
              "apiVersion": "2022-10-01",
              "type": "Microsoft.OperationalInsights/workspaces/tables",
              "location": "[parameters('workspace-location')]",
              "kind": null,
              "properties": {
                "schema": {
                  "name": "Larkspur_CL",
                  "columns": [
                    {
                      "name": "TimeGenerated",
                      "type": "datetime",
                      "description": "When the alert was raised."
                    },
                    {
                      "name": "AlertId",
                      "type": "string",
                      "description": "The alert's id in Larkspur."
                    },
                    {
                      "name": "Severity",
                      "type": "string",
                      "description": "low, medium or high."
                    },
                    {
                      "name": "Score",
                      "type": "int",
                      "description": "The risk score from 0 to 100."
                    },
                    {
                      "name": "Details",
                      "type": "dynamic",
                      "description": "The alert as Larkspur sent it."
                    }
                  ]
                }
              }
            }
          ]
        },
        "packageKind": "Solution",
        "packageVersion": "[variables('_solutionVersion')]",
        "packageName": "[variables('_solutionName')]",
        "contentProductId": "[concat(take(variables('_solutionId'), 50),'-','dc','-', uniqueString(concat(variables('_solutionId'),'-','DataConnector','-',variables('_dataConnectorContentIdConnectorDefinition1'),'-', variables('dataConnectorCCPVersion'))))]",
        "packageId": "[variables('_solutionId')]",
        "contentSchemaVersion": "3.0.0",
        "version": "[variables('dataConnectorCCPVersion')]"
      }
    },
    {
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',variables('_dataConnectorContentIdConnectorDefinition1'))]",
      "apiVersion": "2022-09-01-preview",
      "type": "Microsoft.OperationalInsights/workspaces/providers/dataConnectorDefinitions",
      "location": "[parameters('workspace-location')]",
      "kind": "Customizable",
      "properties": {
        "connectorUiConfig": {
          "id": "LarkspurPush",
          "title": "Larkspur (Push)",
          "publisher": "Larkspur Labs",
          "descriptionMarkdown": "The Larkspur connector brings the alerts of Larkspur into the table \`Larkspur_CL\`.",
          "graphQueries": [
            {
              "metricName": "Alerts received",
              "legend": "Larkspur_CL",
              "baseQuery": "Larkspur_CL"
            }
          ],
          "sampleQueries": [
            {
              "description": "Alerts of high severity",
              "query": "Larkspur_CL\\n| where Severity == 'high'\\n| sort by TimeGenerated desc"
            }
          ],
          "dataTypes": [
            {
              "name": "Larkspur_CL",
              "lastDataReceivedQuery": "Larkspur_CL\\n| summarize Time = max(TimeGenerated)\\n| where isnotempty(Time)"
            }
          ],
          "connectivityCriteria": [
            {
              "type": "HasDataConnectors"
            }
          ],
          "availability": {
            "isPreview": false
          },
          "permissions": {
            "resourceProvider": [
              {
                "provider": "Microsoft.OperationalInsights/workspaces",
                "permissionsDisplayText": "Read and write permissions on the workspace are required.",
                "providerDisplayName": "Workspace",
                "scope": "Workspace",
                "requiredPermissions": {
                  "write": true,
                  "read": true,
                  "delete": true,
                  "action": false
                }
              }
            ],
            "customs": [
              {
                "name": "Microsoft Entra",
                "description": "Permission to create an app registration in Microsoft Entra ID."
              },
              {
                "name": "Microsoft Azure",
                "description": "Permission to assign the Monitoring Metrics Publisher role on the data collection rule."
              }
            ]
          },
          "instructionSteps": [
            {
              "title": "1. Deploy the connector's resources",
              "description": "This creates the table, the data collection rule and the application.",
              "instructions": [
                {
                  "type": "DeployPushConnectorButton",
                  "parameters": {
                    "label": "Deploy the Larkspur connector resources",
                    "applicationDisplayName": "Larkspur Connector Application"
                  }
                }
              ]
            },
            {
              "title": "2. Enter these values in Larkspur",
              "description": "Larkspur sends its alerts with them.",
              "instructions": [
                {
                  "type": "CopyableLabel",
                  "parameters": {
                    "label": "Tenant ID",
                    "fillWith": [
                      "TenantId"
                    ]
                  }
                },
                {
                  "type": "CopyableLabel",
                  "parameters": {
                    "label": "Application ID",
                    "fillWith": [
                      "ApplicationId"
                    ]
                  }
                },
                {
                  "type": "CopyableLabel",
                  "parameters": {
                    "label": "Application secret",
                    "fillWith": [
                      "ApplicationSecret"
                    ]
                  }
                },
                {
                  "type": "CopyableLabel",
                  "parameters": {
                    "label": "Data collection endpoint",
                    "fillWith": [
                      "DataCollectionEndpoint"
                    ]
                  }
                },
                {
                  "type": "CopyableLabel",
                  "parameters": {
                    "label": "Data collection rule ID",
                    "fillWith": [
                      "DataCollectionRuleId"
                    ]
                  }
                },
                {
                  "type": "CopyableLabel",
                  "parameters": {
                    "label": "Stream name",
                    "value": "Custom-Larkspur"
                  }
                }
              ]
            }
          ]
        }
      }
    },
    {
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',concat('DataConnector-', variables('_dataConnectorContentIdConnectorDefinition1')))]",
      "apiVersion": "2022-01-01-preview",
      "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
      "properties": {
        "parentId": "[extensionResourceId(resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace')), 'Microsoft.SecurityInsights/dataConnectorDefinitions', variables('_dataConnectorContentIdConnectorDefinition1'))]",
        "contentId": "[variables('_dataConnectorContentIdConnectorDefinition1')]",
        "kind": "DataConnector",
        "version": "[variables('dataConnectorCCPVersion')]",
        "source": {
          "sourceId": "[variables('_solutionId')]",
          "name": "[variables('_solutionName')]",
          "kind": "Solution"
        },
        "author": {
          "name": "Larkspur Labs",
          "email": "[variables('_email')]"
        },
        "support": {
          "name": "Larkspur Labs",
          "tier": "Partner",
          "email": "support@larkspur.example",
          "link": "https://larkspur.example/support"
        },
        "dependencies": {
          "criteria": [
            {
              "version": "[variables('dataConnectorCCPVersion')]",
              "contentId": "[variables('_dataConnectorContentIdConnections1')]",
              "kind": "ResourcesDataConnector"
            }
          ]
        }
      }
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/contentTemplates",
      "apiVersion": "2023-04-01-preview",
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/', variables('dataConnectorTemplateNameConnections1'), variables('dataConnectorCCPVersion'))]",
      "location": "[parameters('workspace-location')]",
      "dependsOn": [
        "[extensionResourceId(resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace')), 'Microsoft.SecurityInsights/contentPackages', variables('_solutionId'))]"
      ],
      "properties": {
        "contentId": "[variables('_dataConnectorContentIdConnections1')]",
        "displayName": "Larkspur (Push)",
        "contentKind": "ResourcesDataConnector",
        "mainTemplate": {
          "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          "contentVersion": "[variables('dataConnectorCCPVersion')]",
          "parameters": {
            "guidValue": {
              "defaultValue": "[[newGuid()]",
              "type": "securestring"
            },
            "innerWorkspace": {
              "defaultValue": "[parameters('workspace')]",
              "type": "securestring"
            },
            "auth": {
              "type": "object",
              "defaultValue": {
                "appId": "[[parameters('auth').appId]]",
                "servicePrincipalId": "[[parameters('auth').servicePrincipalId]]"
              }
            },
            "connectorDefinitionName": {
              "defaultValue": "Larkspur (Push)",
              "type": "securestring",
              "minLength": 1
            },
            "workspace": {
              "defaultValue": "[parameters('workspace')]",
              "type": "securestring"
            },
            "dcrConfig": {
              "defaultValue": {
                "dataCollectionEndpoint": "data collection Endpoint",
                "dataCollectionRuleImmutableId": "data collection rule immutableId"
              },
              "type": "object"
            }
          },
          "variables": {
            "_dataConnectorContentIdConnections1": "[variables('_dataConnectorContentIdConnections1')]"
          },
          "resources": [
            {
              "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',concat('DataConnector-', variables('_dataConnectorContentIdConnections1')))]",
              "apiVersion": "2022-01-01-preview",
              "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
              "properties": {
                "parentId": "[extensionResourceId(resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace')), 'Microsoft.SecurityInsights/dataConnectors', variables('_dataConnectorContentIdConnections1'))]",
                "contentId": "[variables('_dataConnectorContentIdConnections1')]",
                "kind": "ResourcesDataConnector",
                "version": "[variables('dataConnectorCCPVersion')]",
                "source": {
                  "sourceId": "[variables('_solutionId')]",
                  "name": "[variables('_solutionName')]",
                  "kind": "Solution"
                },
                "author": {
                  "name": "Larkspur Labs",
                  "email": "[variables('_email')]"
                },
                "support": {
                  "name": "Larkspur Labs",
                  "tier": "Partner",
                  "email": "support@larkspur.example",
                  "link": "https://larkspur.example/support"
                }
              }
            },
            {
              "name": "[[concat(parameters('innerWorkspace'),'/Microsoft.SecurityInsights/', 'LarkspurPushConnector', parameters('guidValue'))]",
              "apiVersion": "2023-02-01-preview",
              "type": "Microsoft.OperationalInsights/workspaces/providers/dataConnectors",
              "location": "[parameters('workspace-location')]",
              "kind": "Push",
              "properties": {
                "connectorDefinitionName": "LarkspurPush",
                "dcrConfig": {
                  "streamName": "Custom-Larkspur",
                  "dataCollectionEndpoint": "[[parameters('dcrConfig').dataCollectionEndpoint]",
                  "dataCollectionRuleImmutableId": "[[parameters('dcrConfig').dataCollectionRuleImmutableId]"
                },
                "auth": {
                  "type": "Push",
                  "appId": "[[parameters('auth').appId]",
                  "servicePrincipalId": "[[parameters('auth').servicePrincipalId]"
                },
                "request": {
                  "RetryCount": 1
                },
                "response": {
                  "eventsJsonPaths": [
                    "$"
                  ]
                }
              }
            }
          ]
        },
        "packageKind": "Solution",
        "packageVersion": "[variables('_solutionVersion')]",
        "packageName": "[variables('_solutionName')]",
        "contentProductId": "[concat(take(variables('_solutionId'), 50),'-','rdc','-', uniqueString(concat(variables('_solutionId'),'-','ResourcesDataConnector','-',variables('_dataConnectorContentIdConnections1'),'-', variables('dataConnectorCCPVersion'))))]",
        "packageId": "[variables('_solutionId')]",
        "contentSchemaVersion": "3.0.0",
        "version": "[variables('dataConnectorCCPVersion')]"
      }
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/contentPackages",
      "apiVersion": "2023-04-01-preview",
      "location": "[parameters('workspace-location')]",
      "properties": {
        "version": "3.0.0",
        "kind": "Solution",
        "contentSchemaVersion": "3.0.0",
        "displayName": "larkspur",
        "publisherDisplayName": "Larkspur Labs",
        "descriptionHtml": "<p>The Larkspur solution brings the alerts of Larkspur into Microsoft Sentinel.</p>\\n<p><strong>Data Connectors:</strong> 1</p>\\n",
        "contentKind": "Solution",
        "contentProductId": "[variables('_solutioncontentProductId')]",
        "id": "[variables('_solutioncontentProductId')]",
        "icon": "<img src=\\"https://raw.githubusercontent.com/Azure/Azure-Sentinel/master/Logos/Larkspur.svg\\" width=\\"75px\\" height=\\"75px\\">",
        "contentId": "[variables('_solutionId')]",
        "parentId": "[variables('_solutionId')]",
        "source": {
          "kind": "Solution",
          "name": "larkspur",
          "sourceId": "[variables('_solutionId')]"
        },
        "author": {
          "name": "Larkspur Labs",
          "email": "[variables('_email')]"
        },
        "support": {
          "name": "Larkspur Labs",
          "email": "support@larkspur.example",
          "tier": "Partner",
          "link": "https://larkspur.example/support"
        },
        "dependencies": {
          "operator": "AND",
          "criteria": [
            {
              "kind": "DataConnector",
              "contentId": "[variables('_dataConnectorContentIdConnections1')]",
              "version": "[variables('dataConnectorCCPVersion')]"
            }
          ]
        },
        "firstPublishDate": "2026-09-01",
        "lastPublishDate": "2026-09-01",
        "providers": [
          "Larkspur Labs"
        ],
        "categories": {
          "domains": [
            "Security - Threat Protection"
          ],
          "verticals": []
        }
      },
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/', variables('_solutionId'))]"
    }
  ],
  "outputs": {}
}
`,"Package/testParameters.json":`{
  "location": {
    "type": "string",
    "minLength": 1,
    "defaultValue": "[resourceGroup().location]",
    "metadata": {
      "description": "Unused; a test of templates asks for it."
    }
  },
  "workspace-location": {
    "type": "string",
    "defaultValue": "",
    "metadata": {
      "description": "[concat('The region of the workspace, apart from ',parameters('location'))]"
    }
  },
  "workspace": {
    "defaultValue": "",
    "type": "string",
    "metadata": {
      "description": "The workspace's name."
    }
  },
  "resourceGroupName": {
    "type": "string",
    "defaultValue": "[resourceGroup().name]",
    "metadata": {
      "description": "The workspace's resource group."
    }
  },
  "subscription": {
    "type": "string",
    "defaultValue": "[last(split(subscription().id, '/'))]",
    "metadata": {
      "description": "The workspace's subscription."
    }
  }
}
`,"ReleaseNotes.md":`| **Version** | **Date Modified (DD-MM-YYYY)** | **Change History** |
|-------------|--------------------------------|--------------------|
| 3.0.0       | 01-09-2026                     | First release.     |
`,"SolutionMetadata.json":`{
  "publisherId": "larkspurlabs",
  "offerId": "azure-sentinel-solution-larkspur",
  "firstPublishDate": "2026-09-01",
  "lastPublishDate": "2026-09-01",
  "providers": ["Larkspur Labs"],
  "categories": { "domains": ["Security - Threat Protection"], "verticals": [] },
  "support": {
    "name": "Larkspur Labs",
    "tier": "Partner",
    "email": "support@larkspur.example",
    "link": "https://larkspur.example/support"
  }
}
`},Xn=[{id:`before-the-first-deployment`,title:`Before the first deployment`,summary:`eight mistakes in five files`,paths:[`Data Connectors/Larkspur_ccf/DCR.json`,`Data Connectors/Larkspur_ccf/connectorDefinition.json`,`Data Connectors/Larkspur_ccf/dataConnector.json`,`Data Connectors/Larkspur_ccf/table.json`,`Data/Solution_larkspur.json`,`ReleaseNotes.md`,`SolutionMetadata.json`],changed:{"Data Connectors/Larkspur_ccf/table.json":`﻿{
  "name": "Larkspur",
  "apiVersion": "2022-10-01",
  "type": "Microsoft.OperationalInsights/workspaces/tables",
  "properties": {
    "schema": {
      "name": "Larkspur",
      "columns": [
        { "name": "TimeGenerated", "type": "DateTime", "description": "When the alert was raised." },
        { "name": "AlertId", "type": "string", "description": "The alert's id in Larkspur." },
        { "name": "Severity", "type": "string", "description": "low, medium or high." },
        { "name": "Score", "type": "int", "description": "The risk score from 0 to 100." },
        { "name": "Details", "type": "dynamic", "description": "The alert as Larkspur sent it." }
      ]
    }
  }
}
`,"Data Connectors/Larkspur_ccf/DCR.json":`{
  "name": "LarkspurDCR",
  "apiVersion": "2022-06-01",
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": {
    "streamDeclarations": {
      "Custom-Larkspur": {
        "columns": [
          { "name": "raised_at", "type": "datetime" },
          { "name": "alert_id", "type": "string" },
          { "name": "severity", "type": "string" },
          { "name": "score", "type": "integer" },
          { "name": "details", "type": "dynamic" }
        ]
      }
    },
    "destinations": {
      "logAnalytics": [
        { "name": "clv2ws1", "workspaceResourceId": "[variables('workspaceResourceId')]" }
      ]
    },
    "dataFlows": [
      {
        "streams": ["Custom-Larkspurs"],
        "destinations": ["clv2ws1"],
        "transformKql": "source | project TimeGenerated = raised_at, AlertId = alert_id, Severity = severity, Score = score, Details = details",
        "outputStream": "Custom-Larkspur_CL"
      }
    ]
  }
}
`,"Data Connectors/Larkspur_ccf/dataConnector.json":`{
  "name": "LarkspurPushConnector",
  "apiVersion": "2023-02-01-preview",
  "type": "Microsoft.SecurityInsights/dataConnectors",
  "kind": "Push",
  "properties": {
    "connectorDefinitionName": "LarkspurPush1",
    "dcrConfig": {
      "streamName": "Custom-Larkspur",
      "dataCollectionEndpoint": "[[parameters('dcrConfig').dataCollectionEndpoint]",
      "dataCollectionRuleImmutableId": "[[parameters('dcrConfig').dataCollectionRuleImmutableId]"
    },
    "auth": {
      "type": "Push",
      "appId": "[[parameters('auth').appId]",
      "servicePrincipalId": "[[parameters('auth').servicePrincipalId]"
    },
    "request": { "RetryCount": 1 },
    "response": { "eventsJsonPaths": ["$"] }
  }
}
`,"Data Connectors/Larkspur_ccf/connectorDefinition.json":`{
  "name": "LarkspurPush",
  "apiVersion": "2022-09-01-preview",
  "type": "Microsoft.SecurityInsights/dataConnectorDefinitions",
  "kind": "Customizable",
  "properties": {
    "connectorUiConfig": {
      "id": "LarkspurPush",
      "title": "Larkspur (Push)",
      "publisher": "Larkspur Labs",
      "descriptionMarkdown": "The Larkspur connector brings the alerts of Larkspur into the table \`Larkspur_CL\`.",
      "graphQueries": [
        { "metricName": "Alerts received", "legend": "Larkspur_CL", "baseQuery": "Larkspur_CL" }
      ],
      "sampleQueries": [
        {
          "description": "Alerts of high severity",
          "query": "Larkspur_CL\\n| where Severity == 'high'\\n| sort by TimeGenerated desc"
        }
      ],
      "dataTypes": [
        {
          "name": "Larkspur_CL",
          "lastDataReceivedQuery": "Larkspur_CL\\n| summarize Time = max(TimeGenerated)\\n| where isnotempty(Time)"
        }
      ],
      "connectivityCriteria": [{ "type": "HasDataConnectors" }],
      "availability": { "isPreview": false },
      "permissions": {
        "resourceProvider": [
          {
            "provider": "Microsoft.OperationalInsights/workspaces",
            "permissionsDisplayText": "Read and write permissions on the workspace are required.",
            "providerDisplayName": "Workspace",
            "scope": "Workspace",
            "requiredPermissions": { "write": true, "read": true, "delete": true, "action": false }
          }
        ],
        "customs": [
          {
            "name": "Microsoft Entra",
            "description": "Permission to create an app registration in Microsoft Entra ID."
          },
          {
            "name": "Microsoft Azure",
            "description": "Permission to assign the Monitoring Metrics Publisher role on the data collection rule."
          }
        ]
      },
      "instructionSteps": [
        {
          "title": "1. Deploy the connector's resources",
          "description": "This creates the table, the data collection rule and the application.",
          "instructions": [
            {
              "type": "DeployPushConnectorButton",
              "parameters": {
                "label": "Deploy the Larkspur connector resources",
                "applicationDisplayName": "Larkspur Connector Application"
              }
            }
          ]
        },
        {
          "title": "2. Enter these values in Larkspur",
          "description": "Larkspur sends its alerts with them.",
          "instructions": [
            { "type": "CopyableLabel", "parameters": { "label": "Tenant ID", "fillWith": ["TenantId"] } },
            { "type": "CopyableLabel", "parameters": { "label": "Application ID", "fillWith": ["ApplicationId"] } },
            {
              "type": "CopyableLabel",
              "parameters": { "label": "Application secret", "fillWith": ["ApplicationSecret"] }
            },
            {
              "type": "CopyableLabel",
              "parameters": { "label": "Data collection endpoint", "fillWith": ["DataCollectionEndpoint"] }
            },
            {
              "type": "CopyableLabel",
              "parameters": { "label": "Data collection rule ID", "fillWith": ["DataCollectionRuleId"] }
            },
            { "type": "CopyableLabel", "parameters": { "label": "Stream name", "value": "Custom-Larkspur_CL" } }
          ]
        }
      ]
    }
  }
}
`,"Data/Solution_larkspur.json":`{
  "Name": "larkspur",
  "Author": "Larkspur Labs - support@larkspur.example",
  "Logo": "<img src=\\"https://raw.githubusercontent.com/Azure/Azure-Sentinel/master/Logos/Larkspur.svg\\" width=\\"75px\\" height=\\"75px\\">",
  "Description": "The Larkspur solution brings the alerts of Larkspur into Microsoft Sentinel.",
  "Data Connectors": ["Data Connectors/Larkspur_ccf/connectorDefinition.json"],
  "BasePath": "C:\\\\GitHub\\\\Azure-Sentinel\\\\Solutions\\\\larkspur",
  "Version": "3.0",
  "Metadata": "SolutionMetadata.json",
  "TemplateSpec": true,
  "Is1PConnector": false
}
`}},{id:`json-by-hand`,title:`JSON written by hand`,summary:`a comma too many, a quote too few`,paths:[`Data Connectors/Larkspur_ccf/DCR.json`,`Data Connectors/Larkspur_ccf/connectorDefinition.json`,`Data Connectors/Larkspur_ccf/dataConnector.json`,`Data Connectors/Larkspur_ccf/table.json`,`Data/Solution_larkspur.json`,`ReleaseNotes.md`,`SolutionMetadata.json`],changed:{"Data Connectors/Larkspur_ccf/table.json":`{
  "name": "Larkspur_CL",
  "apiVersion": "2022-10-01",
  "type": "Microsoft.OperationalInsights/workspaces/tables",
  "properties": {
    "schema": {
      "name": "Larkspur_CL",
      "columns": [
        { "name": "TimeGenerated", "type": 'datetime', "description": "When the alert was raised." },
        { "name": "AlertId", "type": "string", "description": "The alert's id in Larkspur." },
        { "name": "Severity", "type": "string", "description": "low, medium or high." },
        { "name": "Score", "type": "int", "description": "The risk score from 0 to 100." },
        { "name": "Details", "type": "dynamic", "description": "The alert as Larkspur sent it." },
      ]
    }
  }
}
`,"Data Connectors/Larkspur_ccf/DCR.json":`{
  "name": "LarkspurDCR",
  "apiVersion": "2022-06-01"
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": {
    "streamDeclarations": {
      "Custom-Larkspur": {
        "columns": [
          { "name": "raised_at", "type": "datetime" },
          { "name": "alert_id", "type": "string" },
          { "name": "severity", "type": "string" },
          { "name": "score", "type": "int" },
          { "name": "details", "type": "dynamic" }
        ]
      }
    },
    "destinations": {
      "logAnalytics": [
        { "name": "clv2ws1", "workspaceResourceId": "[variables('workspaceResourceId')]" }
      ]
    },
    "dataFlows": [
      {
        "streams": ["Custom-Larkspur"],
        "destinations": ["clv2ws1"],
        "transformKql": "source | project TimeGenerated = raised_at, AlertId = alert_id, Severity = severity, Score = score, Details = details",
        "outputStream": "Custom-Larkspur_CL"
      }
    ]
  }
}
`,"SolutionMetadata.json":`{
  "publisherId": "larkspurlabs",
  "offerId": "azure-sentinel-solution-larkspur",
  "firstPublishDate": "2026-09-01",
  "lastPublishDate": "2026-09-01",
  "providers": ["Larkspur Labs"],
  "categories": { "domains": ["Security - Threat Protection"], "verticals": [] },
  "support": {
    "name": "Larkspur Labs",
    "tier": "Partner",
    "tier": "Partner",
    "email": "support@larkspur.example",
    "link": "https://larkspur.example/support"
  }
}
`}},{id:`stale-package`,title:`A package of yesterday`,summary:`the table has changed, the package has not`,paths:[`Data Connectors/Larkspur_ccf/DCR.json`,`Data Connectors/Larkspur_ccf/connectorDefinition.json`,`Data Connectors/Larkspur_ccf/dataConnector.json`,`Data Connectors/Larkspur_ccf/table.json`,`Data/Solution_larkspur.json`,`Package/createUiDefinition.json`,`Package/mainTemplate.json`,`Package/testParameters.json`,`ReleaseNotes.md`,`SolutionMetadata.json`],changed:{"Data Connectors/Larkspur_ccf/table.json":`{
  "name": "Larkspur_CL",
  "apiVersion": "2022-10-01",
  "type": "Microsoft.OperationalInsights/workspaces/tables",
  "properties": {
    "schema": {
      "name": "Larkspur_CL",
      "columns": [
        { "name": "TimeGenerated", "type": "datetime", "description": "When the alert was raised." },
        { "name": "AlertId", "type": "string", "description": "The alert's id in Larkspur." },
        { "name": "Severity", "type": "string", "description": "low, medium or high." },
        { "name": "Score", "type": "real", "description": "The risk score from 0 to 100." },
        { "name": "Details", "type": "dynamic", "description": "The alert as Larkspur sent it." }
      ]
    }
  }
}
`}},{id:`sound`,title:`A sound connector`,summary:`how it looks when it is done`,paths:[`Data Connectors/Larkspur_ccf/DCR.json`,`Data Connectors/Larkspur_ccf/connectorDefinition.json`,`Data Connectors/Larkspur_ccf/dataConnector.json`,`Data Connectors/Larkspur_ccf/table.json`,`Data/Solution_larkspur.json`,`Package/createUiDefinition.json`,`Package/mainTemplate.json`,`Package/testParameters.json`,`ReleaseNotes.md`,`SolutionMetadata.json`],changed:{}}];function Zn(e){let t=Xn.find(t=>t.id===e);if(t===void 0)return;let n=t.paths.map(e=>[e,t.changed[e]??Yn[e]??``]);return{name:`larkspur`,files:new Map(n)}}function Qn(){return Zn(Xn[0]?.id??``)??{files:new Map}}function $n(n,r){let a=t=>{let n=e(`input`,{type:`file`,multiple:!0,hidden:!0,tabindex:-1,...t});return n.addEventListener(`change`,()=>{n.files!==null&&n.files.length>0&&tr(On([...n.files]),r),n.value=``}),n},o=a({webkitdirectory:!0}),s=a({});t(n,[e(`div`,{class:`drop`},e(`p`,{class:`drop-title`},`Drop a solution's folder, a zip or files here`),e(`div`,{class:`row`},e(`button`,{type:`button`,class:`primary`,onclick:()=>o.click()},i(`folder`),`Choose a folder`),e(`button`,{type:`button`,onclick:()=>s.click()},i(`archive`),`Choose a zip or files`)),o,s),e(`h2`,{class:`small`},`Or try an example`),e(`ul`,{class:`examples`},...Xn.map(({id:t,title:n,summary:i})=>e(`li`,{},e(`button`,{type:`button`,"data-example":t,onclick:()=>{let e=Zn(t);e!==void 0&&r(e)}},e(`strong`,{},n),e(`span`,{},i)))))])}function er(e){let t=n(`.veil`),r=e=>e.dataTransfer?.types.includes(`Files`)===!0;addEventListener(`dragover`,e=>{r(e)&&(e.preventDefault(),t.hidden=!1)}),addEventListener(`dragleave`,e=>{e.relatedTarget===null&&(t.hidden=!0)}),addEventListener(`drop`,n=>{t.hidden=!0,r(n)&&n.dataTransfer!==null&&(n.preventDefault(),n.stopPropagation(),tr(Dn(n.dataTransfer),e))},{capture:!0})}async function tr(e,t){try{t(await e)}catch(e){w(e instanceof $?e.message:`This cannot be opened: ${on(e)}`)}}function nr(t,n){let r=e(`h2`,{class:`path`}),i=e(`div`,{class:`text`}),a=e(`section`,{class:`pane`,"aria-label":`The text`},r,i),o,s,c=(n,a=!1)=>{let{file:s}=t,c=s===void 0?void 0:t.files.get(s);if(r.replaceChildren(...rr(s??``)),r.title=s??``,s===void 0||typeof c!=`string`){let t=s===void 0?`No file is open.`:`This file is no text that can be shown here.`;i.replaceChildren(e(`p`,{class:`hint`},t))}else o===void 0?(l(c,n),a&&u()):(o.element.parentNode!==i&&i.replaceChildren(o.element),o.show(s,c),n===void 0?a&&o.focus():o.reveal(n,a))},l=(n,r)=>{let a=e(`div`,{class:`plain`,role:`group`,tabindex:0,"aria-label":`Text, opens the editor`},...ir(n,t.visible().filter(({file:e})=>e===t.file)));a.addEventListener(`focus`,()=>u(!0)),i.replaceChildren(a);let o=r===void 0?void 0:a.children[r.line-1];o!==void 0&&(a.scrollTop=o.offsetTop-a.clientHeight/3)},u=(e=!1)=>{s??=vn(async()=>{let{createEditor:e}=await import(`./editor-BQi144Sh.js`);return{createEditor:e}},[],import.meta.url).then(({createEditor:r})=>{let a=i.querySelector(`.plain`),s=a!==null&&a===document.activeElement;o=r(t,n);let{finding:l,file:u}=t,d=l!==void 0&&l.file===u?l.range:void 0;c(d,e||s),o.mark()})};return t.on(`opened`,()=>o?.forget()),t.on(`changed`,e=>{for(let{path:n,by:r}of e)r===`page`&&o?.replace(n,t.files.get(n));(o===void 0||e.some(({path:e,by:n})=>n===`page`&&e===t.file))&&c()}),t.on(`checked`,()=>{o===void 0?c():o.mark()}),t.on(`selected`,({range:e,focus:t})=>{c(e,t),o?.mark()}),a.addEventListener(`pointerenter`,()=>u()),{element:a,wake:()=>u()}}function rr(t){let n=t.lastIndexOf(`/`)+1;return[e(`span`,{class:`folder`},t.slice(0,n)),e(`span`,{class:`base`},t.slice(n))]}function ir(t,n){let r=0;return t.split(`
`).map(t=>{let i=r+t.length,a=n.filter(({range:e})=>e.from<=i&&e.to>=r),o=e(`div`,{class:`line`},e(`span`,{class:`chars`},...ar(t,r,a)));return r=i+1,o})}function ar(t,n,r){let i=new Set([0,t.length]);for(let{range:e}of r)for(let r of[e.from-n,e.to-n])r>0&&r<t.length&&i.add(r);let a=[...i].sort((e,t)=>e-t);return a.slice(0,-1).map((i,o)=>{let s=a[o+1]??t.length,c=r.filter(({range:e})=>e.from-n<=i&&e.to-n>=s),l=en.find(e=>c.some(t=>t.severity===e)),u=t.slice(i,s);return l===void 0?u:e(`span`,{class:`at ${l}`},u)})}var or=60;function sr(t){let n=e(`ul`,{role:`tree`,class:`tree`,"aria-label":`Files`}),r=new Set,a=()=>{let e=n.contains(document.activeElement),r=document.activeElement?.dataset.path,i=Map.groupBy(t.visible(),({file:e})=>e),a=ur([...t.files.keys()]);n.replaceChildren(...o(a,i,1));let s=c().find(({dataset:n})=>n.path===(e?r:t.file))??c()[0];s!==void 0&&(s.tabIndex=0),e&&s?.focus()},o=(n,a,c)=>[...[...n.folders.values()].map(t=>{let n=r.has(t.path),l=[...a].filter(([e])=>e.startsWith(t.path)).flatMap(([,e])=>e);return e(`li`,{role:`treeitem`,tabindex:-1,"aria-expanded":String(n),"aria-level":c,"aria-label":mr(t.name,l),"data-path":t.path},s(t.name,c,[i(`chevron`)],l),n&&e(`ul`,{role:`group`},...o(t,a,c+1)))}),...n.files.map(n=>{let r=a.get(n)??[];return e(`li`,{role:`treeitem`,tabindex:-1,"aria-level":c,"aria-selected":String(n===t.file),"aria-label":mr(Q(n),r),"data-path":n},s(Q(n),c,[i(`file`)],r))})],s=(t,n,r,i)=>{let a=e(`div`,{class:`row`},...r,e(`span`,{class:`name`,title:t},t),...pr(i));return a.style.setProperty(`--level`,String(n)),a},c=()=>[...n.querySelectorAll(`[role=treeitem]`)],l=e=>{if(e!=null){for(let e of c())e.tabIndex=-1;e.tabIndex=0,e.focus()}},u=(e,t=!r.has(e))=>{t?r.add(e):r.delete(e),a(),l(c().find(({dataset:t})=>t.path===e))},d=(e,n)=>{let r=e.dataset.path??``;if(e.hasAttribute(`aria-expanded`))return u(r);let i=t.visible().find(({file:e})=>e===r);i===void 0?t.show(r,void 0,n):t.select(i,n)},f=e=>e.target.closest(`[role=treeitem]`);return n.addEventListener(`click`,e=>{let t=f(e);t!==null&&(l(t),d(t,!1))}),n.addEventListener(`keydown`,e=>{let t=f(e);if(t===null||e.ctrlKey||e.metaKey||e.altKey)return;let n=c(),r=n.indexOf(t),i=t.dataset.path??``,a=t.getAttribute(`aria-expanded`),o={ArrowDown:()=>l(n[r+1]),ArrowUp:()=>l(n[r-1]),Home:()=>l(n[0]),End:()=>l(n.at(-1)),ArrowRight:()=>a===`false`?u(i,!0):a&&l(n[r+1]),ArrowLeft:()=>a===`true`?u(i,!1):l(t.parentElement?.closest(`[role=treeitem]`)),Enter:()=>d(t,!0)," ":()=>d(t,!1)}[e.key]??(e.key.length===1?()=>l(cr(n,r,e.key)):void 0);o!==void 0&&(e.preventDefault(),o())}),t.on(`opened`,()=>{let e=t.findings.map(({file:e})=>e),n=t.files.size>or?e:[...t.files.keys()];r=new Set(n.flatMap(lr)),a()}),t.on(`checked`,a),t.on(`selected`,()=>{for(let e of lr(t.file??``))r.add(e);a()}),n}function cr(e,t,n){return[...e.slice(t+1),...e.slice(0,t+1)].find(e=>Q((e.dataset.path??``).replace(/\/$/,``)).toLowerCase().startsWith(n.toLowerCase()))}function lr(e){return[...e.matchAll(/\//g)].map(({index:t})=>e.slice(0,t+1))}function ur(e){let t={path:``,name:``,folders:new Map,files:[]};for(let n of e){let e=t;for(let t of lr(n)){let n=Q(t.slice(0,-1)),r=e.folders.get(n)??{path:t,name:n,folders:new Map,files:[]};e.folders.set(n,r),e=r}e.files.push(n)}return dr(t)}function dr(e){let t=[...e.folders.values()].map(e=>{let{folders:t,files:n,path:r,name:i}=dr(e),[a]=t.values();return t.size===1&&n.length===0&&a!==void 0?{...a,name:`${i}/${a.name}`}:{folders:t,files:n,path:r,name:i}});return{...e,folders:new Map(t.map(e=>[e.name,e]))}}var fr={error:`error`,warning:`warning`,info:`note`};function pr(t){let n=cn(t);return en.filter(e=>n[e]>0).map(t=>e(`span`,{class:`badge ${t}`},n[t]))}function mr(e,t){let n=cn(t);return[e,...en.filter(e=>n[e]>0).map(e=>a(n[e],fr[e]))].join(`, `)}async function hr(t){let r=new an;await ve;let i=(e,t)=>w(e,{label:`Undo`,run:()=>r.write(t)}),o=(e,t)=>i(`Done: ${t.title.replaceAll("`",``)}`,r.mend(e,t)),s=e=>{let t=r.unsaved?r.snapshot():void 0;r.open(e),location.hash!==`#/check`&&(location.hash=`#/check`),l.wake(),t!==void 0&&w(`${e.name??a(e.files.size,`file`)} is open; your changes are put aside`,{label:`Go back`,run:()=>{r.open(t),r.unsaved=!0}})},c={mend:o,takeAway:()=>zn(r)},l=nr(r,c),u=un(r,c),d=Wn(r,()=>{matchMedia(`(max-width: 719px)`).matches&&u.scrollIntoView({block:`start`})}),f=e(`div`,{class:`bench`},gr(r,s,(e,t)=>i(`Made ${a(t,`fix`,`fixes`)}`,e)),e(`aside`,{class:`files`,"aria-label":`Files`},sr(r)),d,l.element,u);return t.replaceChildren(f),$n(n(`#intake`),s),er(s),addEventListener(`beforeunload`,e=>{r.unsaved&&e.preventDefault()}),{async show(e){e===``?r.files.size===0&&r.open(Qn()):await p(e)}};async function p(e){try{let t=await In(e);window.history.replaceState(null,``,`#/check`),r.open(t),l.wake()}catch(e){w(`The link is damaged, perhaps cut off: ${on(e)}`),r.files.size===0&&r.open(Qn())}}}function gr(t,n,r){let o=e(`strong`,{class:`name`}),s=e(`span`,{class:`verdict`,role:`status`}),c=e(`span`,{class:`timing`}),l=e(`p`,{class:`notice`,role:`alert`,hidden:!0}),u=e(`button`,{type:`button`,class:`primary`},`Fix all…`);u.addEventListener(`click`,()=>qn(t,r));let d=e(`button`,{type:`button`},`Open…`);d.addEventListener(`click`,()=>{let t=e(`div`,{class:`intake`}),r=fn(`Open`,`open`,t);$n(t,e=>{r.close(),n(e)})});let f=e(`button`,{type:`button`,onclick:()=>zn(t)},`Export…`);return t.on(`checked`,()=>{o.textContent=t.name??`Files`;let e=_r(t);s.dataset.said!==e.words&&(s.dataset.said=e.words,s.className=`verdict ${e.kind}`,s.replaceChildren(i(e.kind),e.words));let n=t.took===0?``:` in ${Math.max(1,Math.round(t.took))} ms`;c.textContent=`${a(t.files.size,`file`)} checked${n}`,l.hidden=t.trouble===void 0,l.textContent=t.trouble===void 0?``:`ccf-edge.json is not used: ${t.trouble.replaceAll(`
`,`; `)}`,u.disabled=!t.visible().some(e=>Kn(e)!==void 0)}),e(`div`,{class:`toolbar`},e(`div`,{class:`state`},o,s,c),e(`div`,{class:`row`},u,f,d),l)}function _r(e){let t=cn(e.findings),n=[t.error>0&&a(t.error,`error`),t.warning>0&&a(t.warning,`warning`),t.info>0&&a(t.info,`note`)].filter(e=>e!==!1);return n.length>0?{words:n.join(`, `),kind:t.error>0?`error`:t.warning>0?`warning`:`info`}:dn(e)===void 0?{words:`No findings`,kind:`ok`}:{words:`No connector`,kind:`info`}}var vr=[{id:`check`,title:`Check`,load:hr}],yr=`ccf-edge-theme`;function br(){let e=n(`button.theme`),t=matchMedia(`(prefers-color-scheme: dark)`),r=()=>document.documentElement.dataset.theme??(t.matches?`dark`:`light`),i=()=>{e.textContent=r()===`dark`?`Light`:`Dark`,e.setAttribute(`aria-label`,`Switch to the ${r()===`dark`?`light`:`dark`} theme`)};e.addEventListener(`click`,()=>{let e=r()===`dark`?`light`:`dark`;document.documentElement.dataset.theme=e;try{localStorage.setItem(yr,e)}catch{}i()}),t.addEventListener(`change`,i),i()}var xr=new Map;br(),wr(),addEventListener(`hashchange`,()=>Sr()),Sr(),Tr();async function Sr(){let[,e=``,t=``]=/^#\/([a-z]*)\/?(.*)$/s.exec(location.hash)??[],n=vr.find(t=>t.id===e)??vr[0],r=n.id!==e;document.body.dataset.mode=r?`landing`:`work`;for(let e of document.querySelectorAll(`.parts a`))e.dataset.part===n.id?e.setAttribute(`aria-current`,`page`):e.removeAttribute(`aria-current`);let{host:i,part:a}=Cr(n);for(let e of xr.values())e.host.hidden=e.host!==i;await(await a).show(r?``:t)}function Cr(t){let r=xr.get(t.id);if(r===void 0){let i=e(`section`,{id:`part-${t.id}`,class:`part`,"aria-label":t.title});n(`#parts`).append(i),r={host:i,part:t.load(i)},xr.set(t.id,r)}return r}function wr(){let t=n(`.parts`);t.hidden=vr.length<2,t.append(...vr.map(({id:t,title:n})=>e(`a`,{href:`#/${t}`,"data-part":t},n)))}function Tr(){if(!(`serviceWorker`in navigator))return;let e=()=>navigator.serviceWorker.register(new URL(`sw.js`,document.baseURI)).catch(()=>{}),t=()=>`requestIdleCallback`in window?requestIdleCallback(e):e();document.readyState===`complete`?t():addEventListener(`load`,t)}export{t as a,Y as i,sn as n,e as o,Z as r,Q as t};