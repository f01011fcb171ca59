"""The tables of the first layout and their words: Chinese whatever the reader's language, since they are published."""

from collections.abc import Mapping, Sequence

NUMBER = 1
TOGETHER: str | None = None  # each part stands by itself
# The list that names the codes of a dimension, in the order of the national quick report (domain reference 2.3).
SCHEMES: Mapping[str, str] = {
    "contract_type": "contract_type",
    "technology_field": "technology_field",
    "seller_kind": "party_nature",
    "buyer_kind": "party_nature",
    "ip_type": "ip_type",
    "plan_source": "plan_source",
    "size_class": "enterprise_scale",
}
TABLES: Sequence[str] = tuple(SCHEMES)
MONTH = "month"
DIMENSIONS = {
    "contract_type": "合同类型",
    "technology_field": "技术领域",
    "seller_kind": "卖方性质",
    "buyer_kind": "买方性质",
    "ip_type": "知识产权类型",
    "plan_source": "计划来源",
    "size_class": "买方规模",
    MONTH: "月份",
}
KINDS = {"monthly": "月报", "quarterly": "季报", "yearly": "年报"}
OUTPUT = "output"
SIDES = {OUTPUT: "输出", "absorption": "吸纳", "intra": "本地流动"}
AMOUNTS = {"contract_amount": "成交额", "technology_amount": "技术交易额"}
UNKNOWN = "未填"
ABROAD = "境外"
NOTES = (
    "按登记日期（北京时间）统计；成交额为合同交易总额，技术交易额为扣除非技术性费用后的金额。",
    "输出：卖方在本地；吸纳：买方在本地；本地流动：双方均在本地，在输出和吸纳中各计一次。",
    "同比与上年同期相比，上年同期为零时不计算；先汇总、后四舍五入。",
    "合同数为期内新登记的合同；变更、更正、注销、撤销按其生效日期计入所在期间。",
)
# What stands in a line: the official table's columns (domain reference 2.3), then share, exact yuan and average.
MEASURES = {
    "contracts": "合同数(项)",
    "contracts_change_percent": "同比(%)",
    "contract_amount_yi": "成交额(亿元)",
    "contract_amount_change_percent": "同比(%)",
    "technology_amount_yi": "技术交易额(亿元)",
    "technology_amount_change_percent": "同比(%)",
    "share_percent": "成交额占比(%)",
    "contract_amount": "成交额(元)",
    "technology_amount": "技术交易额(元)",
    "average_contract_amount": "平均每项成交额(元)",
}
