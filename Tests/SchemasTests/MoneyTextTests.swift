import Schemas
import Testing

@Suite struct MoneyTextTests {
    static let rows: [(Int64, String, String)] = [
        (0, "USD", "0.00 USD"), (5, "USD", "0.05 USD"), (-5, "USD", "-0.05 USD"), (99, "EUR", "0.99 EUR"),
        (100, "EUR", "1.00 EUR"), (-1_250, "CNY", "-12.50 CNY"), (0, "JPY", "0 JPY"), (-7, "CLP", "-7 CLP"),
        (999, "KWD", "0.999 KWD"), (1_000, "JOD", "1.000 JOD"), (-1, "OMR", "-0.001 OMR"), (1, "CLF", "0.0001 CLF"),
        (.max, "TND", "9223372036854775.807 TND"), (.min, "XAF", "-9223372036854775808 XAF"),
        (.min, "ZZZ", "-92233720368547758.08 ZZZ"),
    ]

    @Test(arguments: rows) func writes(minorUnits: Int64, currency: String, text: String) {
        #expect(Money(minorUnits: minorUnits, currency: currency).text == text)
    }

    @Test(arguments: [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"), (4, "CLF UYW"), (2, "USD EUR CNY HUF TWD MRU MGA jpy"),
    ])
    func decimals(decimals: Int, currencies: String) {
        for currency in currencies.split(separator: " ") { #expect(Money.decimals(of: String(currency)) == decimals) }
    }
}
