"""Templates of workloads that no template of the generator's mixes covers; fields as in `xlmill.mill.generator`."""

from __future__ import annotations

OTHER_FUNCTIONS = (
    "=GCD($number,$quantity)+LCM($small,$months)",
    "=EVEN($price)+ODD($amount)",
    "=CEILING($amount,$small)-FLOOR($price,$small)",
    "=FACT($small)/COMBIN($quantity,2)+$amount",
    "=DEGREES(ATAN($amount))+RADIANS($price)+TANH($rate)",
    "=LARGE({$price,$price,$price},2)-SMALL({$price,$price,$price},1)+$amount",
    "=VAR.S($amount,$price,$price,$price)+GEOMEAN($price,$price)",
    "=SLN($amount,$small,$months)+SYD($amount,$small,12,3)",
    "=NPER($rate/12,-$amount,$price)",
    "=ROMAN($quantity)&BASE($number,16)",
    '=DEC2HEX($quantity)&HEX2DEC("$small")&"$serial"',
    "=IPMT($rate/12,1,$months,$amount)+PPMT($rate/12,1,$months,$amount)",
)

PLAIN = (
    "=$amount*$factor-$price/$quantity",
    "=SUM($amount,$price,$price)*(1-$percent)",
    "=ROUND($amount/$quantity,2)+INT($price)",
    "=MAX($amount,$price,$price)-MIN($price,$price)",
    "=ABS($price-$amount)+MOD($number,$quantity)",
    "=AVERAGE($amount,$price,$price)*(1+$rate)",
)

# Mixes take the plain templates in turn with as many others, so that half of the expressions are of one kind.

TEXTS = (
    '="$person "&"$family"&" <$serial@$city>"',
    '=UPPER(TRIM("  $goods $city "))&LEN("$serial")',
    '=IF(LEN("$goods")>4,LEFT("$goods$serial",5),"$city")&"/"&$quantity',
    '=SUBSTITUTE("$city-$goods-$serial","-","  ")',
    '=MID("INV-$serial-$city",FIND("-","INV-$serial")+1,7)&TEXT($price,"#,##0.00")',
    '=CONCAT("$goods",TEXT($amount,"0.0"),RIGHT("$serial",3),"$currency")',
)

DATES = (
    "=DATE($year,$small,$quantity)+$amount",
    "=EDATE($date,$small)-$amount",
    "=YEAR(20000+$number/1000)*100+MONTH($date)+DAY($date)",
    '=TEXT($date,"yyyy-mm-dd")&"/$serial"',
    '=TEXT(20000+$number/1000,"dd.mm.yyyy")',
    "=EOMONTH($date,$small)+WEEKDAY($date)*$amount",
)

CHOICES = (
    "=IF($amount>50000,$amount*8%,IF($amount>10000,$amount*5%,$amount*3%))",
    '=IF($price>500,IF($quantity>250,"AA","AB"),IF($digit>4,"BA","BB"))&$serial',
    "=IF(AND($amount>$price,$quantity>100),$amount*$rate,$amount)",
    '=IFS($amount<1000,"small",$amount<10000,"middle",TRUE,"large")',
    "=CHOOSE(1+MOD($number,3),$price,$quantity,$small)",
    "=IFERROR($amount/$zero_often,IF($price>500,-1,-2))",
)

ARRAY_CONSTANTS = (
    "=SUMPRODUCT({$price,$price,$price},{$quantity,$quantity,$quantity})+$amount",
    "=SUM({$price,$price;$price,$price}*$factor)-$amount",
    "=INDEX({$price;$price;$price;$price},1+MOD($number,4))",
    "=MAX({$price,$price,$price,$price}-{$price,$price,$price,$price})+$amount",
    "=SUM(({$price,$price,$price}>$amount)*{$quantity,$quantity,$quantity})",
    '=COUNT({$price,"$city",$quantity})+AVERAGE({$price,$price,$amount})',
)

LET = (
    "=LET(a,$amount,r,$rate,ROUND(a*(1+r),2)+a*r)",
    "=LET(x,$price,y,$quantity,IF(x>y,x-y,y-x)*$amount)",
    '=LET(n,"$person $family",k,FIND(" ",n),MID(n,k+1,20)&", "&LEFT(n,k-1)&$serial)',
    "=LET(p,$amount,i,$rate/12,m,$months,ROUND(p*i/(1-(1+i)^-m),2))",
    "=LET(a,$amount,b,LET(c,a*$factor,c+c^2),b/(1+a))",
)

BRANCHES = (
    "=IF($amount>80000,1,IF($amount>60000,2,IF($amount>40000,3,IF($amount>20000,4,5))))*$quantity",
    '=IF($price>500,IF($quantity>250,"AA",IF($small>6,"AB","AC")),IF($digit>4,"BA",IF($small>3,"BB","BC")))&$serial',
    "=IF(AND($amount>$price,OR($quantity>100,$small<4)),$amount*$rate,IF(NOT($digit=3),$price,0))+$amount",
    '=CHOOSE(1+MOD($number,5),$price,"$city",$price>500,$quantity,IF($price>300,$small,"$goods"))',
    '=IFS($amount<1000,"small",$amount<10000,"middle",TRUE,"large")&SWITCH($digit,1,"one",2,"two","many")',
    "=IFERROR(IF($zero_often=0,1/0,$amount/$zero_often),IF($price>500,-1,-2))",
)

LOOKUPS = (
    "=VLOOKUP($amount,{0,0.01;1000,0.025;10000,0.04;50000,0.05},2,TRUE)*$amount",
    '=VLOOKUP("$currency",{"EUR",1;"USD",1.08;"GBP",0.86;"CHF",0.97;"JPY",169.5;"SEK",11.4;"BRL",6.2},2,FALSE)*$amount',
    '=HLOOKUP($quantity,{0,50,100,400;"S","M","L","XL"},2,TRUE)&"$serial"',
    '=INDEX({"low","mid","high"},MATCH($amount,{0,10000,60000},1))',
    "=MATCH($small,{1,2,3,4,5,6,7,8,9,10,11,12},0)+$amount",
    "=LOOKUP($amount,{0,100,1000,10000},{1,2,3,4})*$price",
)
