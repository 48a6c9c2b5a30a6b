# What jq has and the library of jaq has not.
def toarray: if isarray then . else [.] end;
def trimstr($s): ltrimstr($s) | rtrimstr($s);
def leaf_paths: paths(scalars);
def IN(xs): . as $x | any(xs; . == $x);
def IN(source; xs): any(source; IN(xs));
def INDEX(source; f): reduce source as $x ({}; .[$x | f | tostring] = $x);
def INDEX(f): INDEX(.[]; f);
def date: todate;
def scan(re; flags): matches(re; "g" + flags)[] | [.[].string] | if length > 1 then .[1:] else .[0] end;
def scan(re): scan(re; "");
def separated(s; f): map(if isarray or isobject then error("an array or object cannot stand in a row") end | f) | join(s);
def @csv: separated(","; if isstring then "\"" + gsub("\""; "\"\"") + "\"" elif . == null then "" else tostring end);
def @tsv: separated("\t"; if isstring then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r") elif . == null then "" else tostring end);
