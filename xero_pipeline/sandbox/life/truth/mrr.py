"""Monthly recurring revenue, from what the API can show: templates as they are now, and the
invoices that carry their RepeatingInvoiceID.

The rule, in the words of the raw tables (`as_of` is the organisation's today, a month is named by
its first day, its point P is its last day, or `as_of` for the month that `as_of` falls in):

1. A plan is a repeating invoice with Type ACCREC, whatever its status (DELETED ones stay listed).
   Its customer is the template's contact, followed through MergedToContactID to the survivor.
2. Linked invoices of a plan: ACCREC, that RepeatingInvoiceID, Status neither VOIDED nor DELETED,
   dated on or before `as_of`. A re-bill that somebody typed in carries no id and is not linked.
3. `end` is the date of the last linked invoice plus one schedule period: Period x 7 days, or
   Period calendar months (31 January plus one month is the last day of February). The plan is
   active at P when first linked date <= P < end. A gap in between is not churn: a voided invoice
   leaves one, too. Who pauses gets a new template afterwards, and that gap does count.
4. In the month of `as_of` only, a live template wins: Status not DELETED, EndDate absent or
   >= as_of, and StartDate <= as_of or at least one linked invoice (an edit moves StartDate to
   the next invoice). It counts with its own lines. Plans that are not live fall back to rule 3.
5. Price: the lines of the template (rule 4), else of the latest linked invoice dated <= P (of
   two on one day the higher InvoiceNumber): the sum of LineAmount, less TaxAmount when
   LineAmountTypes is Inclusive, over lines whose AccountCode is not a pass-through account.
   LineAmount is after discount.
6. Monthly factor, of the template's schedule: WEEKLY n = 52/(12 n), MONTHLY n = 1/n.
7. Constant rate of a foreign currency: the CurrencyRate of the first ACCREC invoice in it (Status
   AUTHORISED or PAID, dated <= as_of, by Date, then InvoiceNumber as text) dated in the financial
   year that holds P; if that year has none, the latest such invoice dated before that year (by
   Date, then InvoiceNumber, the last). The financial year follows FinancialYearEndDay and Month.
   A plan in a currency without any rate is left out.
8. mrr_base of a plan at P = price x factor / rate, rounded once, half-up, to the cent; a customer's
   MRR is the sum of its plans' cents. Rows with 0 are left out.
9. Months run without a gap from the month of the first linked invoice of any plan to that of
   `as_of`. Movements compare a customer's MRR with the month before. Where the customer has MRR in
   both, the month before is first valued at this month's constant rates (its plans, their prices of
   that month, rule 8): the difference, which only a new financial year makes, is the movement `fx`
   (signed), and expansion or contraction is measured from there. opening + new + reactivation +
   expansion + fx - contraction - churn = closing holds to the cent by construction.
10. grr = (opening - contraction - churn) / opening, nrr = (opening + expansion - contraction -
    churn) / opening, quick_ratio = (expansion + new + reactivation) / (contraction + churn), each
    rounded half-up to 4 decimals; arpa = closing / customers, to the cent; None for a zero
    denominator.

Customers billed by hand at a steady cadence have no template. They are labelled in a list of their
own (`cadence.py`) and are in none of these figures.
"""
