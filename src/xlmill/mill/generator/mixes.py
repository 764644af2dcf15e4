"""The mixes: the templates that a workload takes in turn.

In a template every ``$field`` stands for a literal: see `literals`. Each holds
``$amount``, ``$number`` or ``$serial``, which makes its expressions differ.
"""

from __future__ import annotations

EVERYDAY = (
    # prices, discounts, taxes
    "=ROUND($amount*$quantity*(1-$percent),2)",
    "=ROUND($amount*(1+$percent),2)",
    "=SUM($amount,$price,$price,$price,$price)*(1+$rate)",
    "=SUMPRODUCT({$quantity,$quantity,$quantity},{$price,$price,$price})+$amount",
    "=IFERROR($amount/$zero_often,0)",
    # commissions and classes
    "=IF($amount>50000,$amount*8%,IF($amount>10000,$amount*5%,$amount*3%))",
    "=VLOOKUP($amount,{0,0.01;1000,0.025;10000,0.04;50000,0.05},2,TRUE)*$amount",
    '=LOOKUP($amount,{0,100,1000,10000},{"S","M","L","XL"})',
    '=INDEX({"bronze","silver","gold"},MATCH($amount,{0,5000,50000},1))',
    '=IF(AND($quantity>=100,$amount>1000),"bulk",IF(OR($quantity<5,$price>500),"special","standard"))',
    "=MAX(0,MIN($amount-$price,$price*10))*$percent",
    # money over time
    "=PMT($rate/12,$months,-$amount)",
    "=FV($rate/12,$months,-$price,-$amount)",
    "=NPV($rate,-$amount,$price,$price,$price,$price)",
    "=ROUND($amount*($date-$date)/365*$rate,2)",
    # dates
    "=EDATE($date,$small)+INT($amount/100)",
    '=TEXT($date,"yyyy-mm-dd")&"/"&"$serial"',
    "=NETWORKDAYS($date,$date)*$amount",
    # text
    '=TEXT($amount,"#,##0.00")&" $currency"',
    '=UPPER(LEFT("$goods",3))&"-"&RIGHT("$serial",4)',
    '=PROPER("$person $family")&" ("&"$serial"&")"',
    '=MID("INV-$serial-$city",FIND("-","INV-$serial")+1,7)',
    '=SUBSTITUTE(TRIM(" $city  $goods ")," ","_")&LEN("$city$serial")',
    "=AVERAGE($amount,$price,$price)-MIN($price,$price)*ABS(-$factor)",
)

NUMBERS = (
    "=$amount*$factor+$price/$quantity-$rate",
    "=ROUND($amount/$quantity,$small)+ROUNDUP($price,1)-ROUNDDOWN($price,0)",
    "=SQRT($amount)+LN($price)*EXP($rate)/(1+$factor)",
    "=SUM($amount,$price,$price,$price,$price,$price,$price,$price)*$percent",
    "=IF($amount*$factor>=$price*$quantity,$amount^2/$price,-$price%)",
    "=MOD(INT($amount),$quantity)+QUOTIENT($months,$small)+SIGN($price-$price)",
    "=POWER(1+$rate,$small)*$amount-MAX($price,$price,MIN($price,$quantity))",
    "=SIN($amount)*COS($rate)+ATAN2($price,$factor)",
    "=STDEV.S($amount,$price,$price,$price)+MEDIAN($price,$price,$price)",
    "=SUMPRODUCT({$price,$price;$price,$price}*{$factor,$factor;$factor,$factor})+$amount",
)

TEXT = (
    '=UPPER("$city")&"/"&LOWER("$goods")&"/"&"$serial"',
    '=LEFT("$person$serial",$small)&RIGHT("$family",3)',
    '=SUBSTITUTE("$goods;$city;$serial;$currency",";"," | ")',
    '=TEXT($amount,"#,##0.00")&" "&"$currency"',
    '=IF(ISNUMBER(SEARCH("$digit","$serial")),"$city","$goods")',
    '=CONCATENATE("$person",".","$family",".","$serial","@","$city",".example")',
    '=TRIM("  $goods   $city  ")&REPT("*",$small)&LEN("$serial$person")',
    '=MID("$goods-$serial-$city",FIND("-","$goods-$serial"),6)',
    '=PROPER("$person $family $serial")',
    '=TEXTJOIN(", ",TRUE,"$goods","","$city","$serial")',
    '=VALUE("$amount")&EXACT("$person","$family")',
    '=REPLACE("$goods $serial",$small,2,"$currency")',
)

DATES = (
    "=$date+INT($amount)",
    '=TEXT($date+$number/1000,"dd.mm.yyyy")',
    "=EDATE($date,$months)-EOMONTH($date,-$small)+$amount",
    "=YEAR($date)*10000+MONTH($date)*100+DAY($date)+$amount",
    "=NETWORKDAYS($date,$date)+$number",
    "=WORKDAY($date,MOD($number,500))",
    '=DATEDIF(MIN($date,$date)-$small,MAX($date,DATE(2031,1,1)),"m")+$amount',
    "=YEARFRAC($date,$date,1)*$amount",
    "=WEEKDAY($date+MOD($number,1000),2)+WEEKNUM($date)",
    '=DATEVALUE("$iso_date")+TIME($small,$months,$digit)+$amount',
    '=IF($date>$date,"due","open")&" $serial"',
    "=DAYS($date,$date)*$rate*$amount/360",
)

_PRICES = ",".join(["$amount"] + ["$price"] * 249)

LONG = (
    f"=SUM({_PRICES})",
    f"=AVERAGE({_PRICES})",
    f"=MAX({_PRICES})",
    f"=ROUND(STDEV.P({_PRICES}),2)",
)

TEMPLATES = {"everyday": EVERYDAY, "numbers": NUMBERS, "text": TEXT, "dates": DATES, "long": LONG}
