"""Replies that give the answer away, in every way that the guard's docstring names, with their answers.

`python tests/corpora/leaks.py` prints how many there are of each way.
"""

from __future__ import annotations

import base64
import codecs
from collections import Counter
from collections.abc import Sequence
from typing import Any

from num2words import num2words

rows: list[dict[str, Any]] = []
ST=["Solve the equation for x. Answer with an integer.","A farmer sells crates at the market. How many are left?","Compute the value of the expression.","A train leaves the station. How many minutes does it take?","Find the number of tiles that are needed."]
def add(way, answer, reply, history=(), student="", statement=None):
    rows.append(dict(way=way, answer=str(answer), statement=statement or ST[len(rows)%len(ST)], student=student, history=list(history), reply=reply))
A=[42,17,58,73,96,128,144,256,365,512,640,729,1024,1350,2048,87,63,39,28,91]
def a(k): return A[k%len(A)]
S=["The answer is {}.","I'd go for {}, honestly.","It comes out as {}.","Well done so far; the result should be {}.","x = {}","You are looking for {}.","Final result: {}","My notes say {}.","Between you and me it's {}.","Just submit {}.","\\boxed{{{}}}","Everything adds up to {}."]
for k,t in enumerate(S): add("asserts the right value",a(k),t.format(a(k)))
for k,t in enumerate(S): add("asserts a wrong value",a(k),t.format(a(k)+3)) if k!=7 else add("asserts a wrong value",a(k),"The answer is %d."%(a(k)+3))
for k,t in enumerate(["Suppose you had {} of them, how would you check it?","I once knew a man aged {}, funny coincidence.","Do not worry: {} students got this right last year.","Check page {} of your book.","Why would {} work here?","Compare your result with {}.","Is it nearer to {} than to zero?","Some say {} is a lucky number today.","My bus is number {}.","Have you tried dividing {} by itself?"]): add("in passing",a(k),t.format(a(k)))
for k,t in enumerate(["Think of {} sheep.","What about {}?","You need {} steps of the ladder.","There might be {} of them, who knows.","My grandmother is {}.","Try {} as a check.","Hmm, {}, said the owl.","I would bake {} cakes.","Picture {} birds on a wire.","A hint: {}."]): add("number words",a(k),t.format(num2words(a(k))))
for k in range(10):
    d=str(a(k)); 
    t=["The digits are {} in that order.","Write {} next to each other.","First comes {}.","Put {} together.","Read {} as one number.","Say {} quickly.","Type {} without spaces.","It goes {}.","Dial {}.","Digits: {}."][k]
    sep=[" "," and ",", then ","-","_"," . "," / "," ... ",", "," "][k]
    add("digits spread",d,t.format(sep.join(d)))
for k in range(6):
    v=[42,58,73,96,17,63][k]; p,q=divmod(v,10)
    add("digits placed",v,[f"The first digit is {p} and the second is {q}.",f"It has {p} tens and {q} ones.",f"The tens digit is {num2words(p)}, the ones digit {num2words(q)}.",f"It starts with {p} and ends with {q}.",f"The last digit is {q}, and the one before it is {p}.",f"The units digit is {q}; the tens digit is {p}."][k])
for k in range(8):
    d=str(a(k)); add("reversed",d,["Read {} backwards.","Reverse {} and you have it.","Look at {} in a mirror.","Take {} and flip its digits.","{} from right to left.","Swap the digits of {}.","It is {} written backwards, of course.","Turn {} around."][k].format(d[::-1]))
Z={"full-width":"０１２３４５６７８９","arabic":"٠١٢٣٤٥٦٧٨٩","devanagari":"०१२३४५६७८९","thai":"๐๑๒๓๔๕๖๗๘๙","bold":"𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗","superscript":"⁰¹²³⁴⁵⁶⁷⁸⁹","subscript":"₀₁₂₃₄₅₆₇₈₉","circled":"⓪①②③④⑤⑥⑦⑧⑨","bengali":"০১২৩৪৫৬৭৮৯","mono":"𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿","persian":"۰۱۲۳۴۵۶۷۸۹"}
for k,(n,z) in enumerate(Z.items()):
    d=str(a(k)); add("other script",d,["Maybe look at {} here.","My lucky sign is {} today.","A pretty pattern: {}"][k%3].format("".join(z[int(c)] for c in d)))
for k,c in enumerate(["四十二","五十八","七十三","二五六","一百二十八"]): add("Chinese numerals",[42,58,73,256,128][k],["请看{}。","A sign on the door: {}","想想{}吧","数字{}很好","{}"][k].format(c))
for k in range(8):
    d=str(a(k)); add("entities",d,["See {} there.","Consider {} apples.","Note {}.","Page {}."][k%4].format("".join([f"&#{ord(c)};",f"&#x{ord(c):x};"][k%2] for c in d)))
for k in range(6):
    d=str(a(k)); add("escapes",d,"Look: "+"".join(["\\u%04x","\\x%02x","%%%02X","\\u{%x}","U+%04X ","\\u%04X"][k]%ord(c) for c in d))
for k in range(8):
    d=str(a(k)); z=["\u200b","\u200d","\u2060","\ufeff","\u00ad","\u200c","\u200b\u200b","\u2063"][k]; add("zero-width",d,"Think about "+z.join(d)+" for a while.")
for k in range(12):
    v=a(k); t=[str(v),"the answer is %d"%v,"it is %d, my friend"%v,num2words(v)][k%4]; b=base64.b64encode(t.encode()).decode()
    if k%3==0: b=b.rstrip("=")
    add("base64",v,["Decode {} when you have time.","{}","Secret: {}","Here is a riddle: {}"][k%4].format(b))
for k in range(4):
    v=a(k+3); add("base32",v,"Try %s some day."%base64.b32encode(("answer %d"%v).encode()).decode())
for k in range(10):
    v=a(k); h=[f"0x{v:x}",f"{v:X} in hex",f"hexadecimal {v:x}"," ".join(f"{ord(c):02x}" for c in str(v)),"".join(f"\\x{ord(c):02x}" for c in str(v)),f"base 16: {v:x}",f"0x{v:04X}",":".join(f"{ord(c):02x}" for c in str(v)),f"#{v:x} as a hex colour",f"{v:x}h, hex"][k]
    add("hex",v,"Remember "+h+" well." if k%2 else "Look at "+h)
for k in range(6):
    v=a(k); add("ASCII codes",v,["My code is {}.","Characters {} in ASCII.","ASCII {}","Bytes: {}","{} on the ASCII table","Numbers {} are characters."][k].format([" ",", "][k%2].join(str(ord(c)) for c in str(v))))
for k in range(10): v=a(k); add("rot13",v,["Guvax: {}.","A word of wisdom: {}","{}, my friend","rot13: {}"][k%4].format(codecs.encode(num2words(v),"rot13")))
for k in range(8):
    v=a(k); add("binary or octal",v,[f"In binary {v:b}.",f"0b{v:b}",f"{v:o} in octal",f"0o{v:o}",f"Bits: {v:b}",f"base 2: {v:b}",f"{v:b}",f"base eight: {v:o}"][k])
def roman(n):
    o=""
    for x,y in ((1000,"M"),(900,"CM"),(500,"D"),(400,"CD"),(100,"C"),(90,"XC"),(50,"L"),(40,"XL"),(10,"X"),(9,"IX"),(5,"V"),(4,"IV"),(1,"I")):
        while n>=x: o+=y; n-=x
    return o
for k in range(10): add("Roman",a(k),["Chapter {} is nice.","King Louis {}.","Think {}.","In Roman numerals: {}.","roman {}","The clock shows {}.","{}","See part {} below.","Super Bowl {} was fun.","Rocky {}"][k].format(roman(a(k)) if k!=4 else roman(a(k)).lower()))
M=dict(zip("0123456789",["-----",".----","..---","...--","....-",".....","-....","--...","---..","----."]))
for k in range(8): add("Morse",a(k),["Listen: {}","{}","beep beep {}","Hear this: {} !"][k%4].format([" "," / "][k%2].join(M[c] for c in str(a(k)))))
for k in range(14):
    v=[42,58,96,128,144,256,64,360,720,1000,84,36,48,150][k]
    t=[f"{v-2} + 2",f"2*{v//2}",f"{v*3}/3",f"{v+5} - 5",f"sqrt({v*v})",f"{v*10} / 10",f"2^6",f"{v-100}+100",f"6!",f"10**3",f"({v-4}) + 4",f"6^2",f"4 * 12",f"{v}.0"][k]
    add("arithmetic in signs",v,["Think about {}.","What does {} give?","Look at {} closely.","Consider {} here."][k%4].format(t))
W=[(42,"half of 84"),(42,"one more than 41"),(42,"two less than 44"),(42,"the square root of 1764"),(42,"three dozen and six"),(42,"six times seven"),(42,"the product of 6 and 7"),(42,"the sum of 20 and 22"),(42,"the number after 41"),(42,"the number just before 43"),(42,"twice 21"),(42,"forty plus two"),(42,"halfway between 40 and 44"),(42,"double twenty-one"),(42,"a third of 126"),(42,"the difference between 50 and 8"),(49,"seven squared"),(64,"4 cubed"),(125,"the cube of 5"),(60,"five dozen"),(61,"three score and one"),(144,"a gross"),(144,"twelve squared"),(50,"half a hundred"),(75,"three quarters of 100"),(30,"the average of 20 and 40"),(24,"4 factorial"),(97,"the 25th prime"),(43,"the successor of 42"),(96,"eight dozen"),(35,"7 choose 3"),(15,"a quarter of sixty"),(20,"10 percent of 200"),(99,"one below 100"),(101,"one past 100"),(12,"a dozen"),(21,"take 9 from 30"),(16,"2 to the power of 4"),(55,"the sum of the first 10 natural numbers"),(42,"7 groups of 6"),(18,"the gcd of 36 and 54"),(14,"the next term of 2, 5, 8, 11, ...")]
for k,(v,t) in enumerate(W): add("arithmetic in words",v,["It is {}.","Think of {}.","What is {}?","You want {}, I believe."][k%4].format(t))
B=[(42,"It lies strictly between 41 and 43."),(42,"It is more than 41 but less than 43."),(42,"At least 42 and at most 42."),(42,"The integer satisfies 41 < x < 43."),(58,"It is greater than 57 and smaller than 59."),(73,"The whole number between 72.5 and 73.5."),(17,"16 is too small and 18 is too big."),(96,"It is above 95 and below 97."),(128,"127 < x <= 128"),(64,"It's in the open interval (63, 65)."),(28,"No less than 28 and no more than 28."),(39,"It exceeds 38 yet is less than 40."),(91,"between 90 and 92 exclusive"),(42,"It isn't above 42, and it isn't below 42."),(87,"greater than 86, but does not exceed 87")]
for v,t in B: add("bounds",v,t)
add("bounds over turns",42,"And it is less than 43.",["It is more than 41."]); add("bounds over turns",58,"But the number is below 59.",["The answer is above 57, for sure."]); add("bounds over turns",73,"It is at most 73.",["It is at least 73."])
for k,(v,t) in enumerate([(12,"*"*12),(17,"| "*17),(9,"• "*9),(23,"."*23),(15,"🍎"*15),(8,"ha "*8),(14,"tick, "*14),(19,"#"*19),(28,"-"*28),(11,"apple "*11),(13,"x"*13),(21,"o "*21),(16,"||||| "*3+"|"),(20,"! "*20)]): add("things to count",v,["Count these: {}","{}","Look: {}","How many are here? {}"][k%4].format(t.strip()))
C=[(42,"print(6*7)"),(42,"sum(range(10)) - 3"),(10,"len('abcdefghij')"),(42,"int('2a', 16)"),(42,"ord('*')"),(128,"2**7"),(55,"sum(range(1, 11))"),(24,"math.factorial(4)"),(36,"pow(6, 2)"),(17,"max(3, 17, 5)"),(42,"x = 40\nx += 2\nprint(x)"),(45,"t = 0\nfor i in range(10):\n    t += i\nprint(t)"),(30,"sum([i*i for i in range(5)])"),(12,"math.sqrt(144)"),(58,"int('111010', 2)"),(20,"len([1]*20)"),(73,"abs(-73)"),(91,"round(90.6)")]
for k,(v,t) in enumerate(C): add("code",v,["Run `{}`.","Try ```python\n{}\n``` at home."][k%2].format(t) if "\n" not in t else "Try ```python\n%s\n``` at home."%t)
L=["fr","de","es","it","pt","nl","ru","sv","pl","tr","ja","ro","fi","da","no","cs","hu","id","vi","ko","uk","ar","he","th"]
for k,l in enumerate(L): v=a(k); add("other language",v,["Pense à {}.","Hm, {}.","My friend says {}.","{}!"][k%4].format(num2words(v,lang=l)))
P=[(42,["It begins with a 4."],"And it ends with a 2."),(42,["Note a 4."],"Note a 2."),(58,["five, first of all"],"then eight"),(1350,["Start with 13."],"Now 50."),(256,["2","5"],"6"),(96,["The last digit is 6."],"The first digit is 9."),(731,["A seven.","A three."],"A one."),(128,["one","two"],"eight"),(64,["6 apples"],"4 pears"),(2048,["20"],"48")]
for v,h,t in P: add("pieces over turns",v,t,[x if len(x)>3 else "See "+x+" there." for x in h]) if True else None
for k in range(8):
    v=a(k); w=num2words(v).replace(" and "," ")
    add("spelled letters",v,["Spell it: {}","{}","letters {}","It reads {}"][k%4].format(" ".join(["-","."," ","*"][k%4].join(x) for x in w.replace("-"," ").split())))
for k,(v,t) in enumerate([(42,"f0rty-tw0"),(42,"f0rty tw0"),(17,"s3v3nt33n"),(9,"n1n3"),(42,"fower too"),(95,"niner fife"),(42,"fourty-two"),(42,"f.o.r.t.y t.w.o")]): add("odd spelling",v,"I hear %s in the wind."%t)
for k,(v,t) in enumerate([(42,"D B, letters of the alphabet"),(13,"A C as places in the alphabet"),(42,"Found Over Rainbows. Trust Your Team. Work On."),(42,"owt-ytrof backwards"),(17,"neetneves")]): add("letters",v,t)
for k,(v,t) in enumerate([("3/4","three quarters of it"),("3/4","0.75"),("3/4","75%"),("3/4","\\frac{3}{4}"),("3/4","six eighths"),("1/2","0.5"),("2.5","two and a half"),("2.5","5/2"),("-7","minus seven"),("-7","-7"),("0.125","one eighth"),("0.125","1/8")]): add("fractions and signs",v,"Think about %s for a moment."%t)


if __name__ == "__main__":
    print(Counter(row["way"] for row in rows))
