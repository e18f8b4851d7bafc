"""The lint of a form: what contradicts itself or the record, is no answer, or has grown old.

A gap is a question nobody has answered; a finding is an answer, or a fact of the record, that a reader would mark down.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from colophon.forms.answers import Answers
from colophon.forms.form import Form
from colophon.forms.lint.claims import (
    art3_without_organisation,
    checkpoints_not_named,
    datasets_cut,
    datasets_not_used,
    fetches_without_look,
    from_query,
    languages_not_found,
    respect_beside_reserved,
    yes_without_content,
)
from colophon.forms.lint.dates import (
    answered_before_content,
    confirmed_before_record,
    first_version_after_placement,
    next_reviews_passed,
    placed_before_acquisition,
    policies_overdue,
    reviews_overdue,
    signed_in_the_future,
    unreadable_dates,
    update_due,
)
from colophon.forms.lint.findings import Case, LintFinding, LintRule, load_lint_map
from colophon.forms.lint.words import (
    categories_for_names,
    generic_contacts,
    incomplete_contacts,
    links_alone,
    placeholders,
    unnamed_signers,
    words_for_nothing,
)
from colophon.forms.versions import PublishedVersions
from colophon.query.session import Record


def lint(
    record: Record, form: Form, answers: Answers, as_of: date | None = None, published: PublishedVersions | None = None
) -> tuple[LintFinding, ...]:
    """Everything the rules find, in the order of the form and of the rules.

    Dates are judged as of a day; without one, as of the day on which the record was completed.
    """
    day = as_of or datetime.fromisoformat(record.manifest.created_at).astimezone(UTC).date()
    lint_map = load_lint_map(form)
    case = Case(record, form, answers, day, lint_map.words, published)
    findings = [
        LintFinding(rule.name, remark.field.id, remark.field.label, remark.reason, rule.mend, remark.place)
        for rule in RULES
        if (fields := lint_map.fields(rule.name, form))
        for remark in rule.check(case, fields)
    ]
    order = {f.id: number for number, f in enumerate(form.fields())}
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: order[finding.field]))


RULES = (
    LintRule(
        "placeholder",
        "a word such as TODO or TBD, or nothing but dots, where an answer belongs",
        "write the answer, or say not_known with a reason",
        placeholders,
    ),
    LintRule(
        "word_for_nothing",
        "a value such as n/a, or a reason that gives none",
        "say not_applicable or not_known, and why",
        words_for_nothing,
    ),
    LintRule(
        "generic_contact",
        "a contact that leads to nobody in particular: info@, or a pointer to a site",
        "name a person or office and an address that answers questions about this summary",
        generic_contacts,
    ),
    LintRule(
        "incomplete_contact",
        "a contact without a name, or without mail address and telephone number",
        "give the legal name and a way to reach it",
        incomplete_contacts,
    ),
    LintRule(
        "unnamed_signer",
        "an answer signed by nobody who could be asked, such as `team`",
        "put the name of a person in `by`",
        unnamed_signers,
    ),
    LintRule(
        "category_for_name",
        "kinds of sites or models, or bare endings of domains, where the form wants names",
        "give the domains, datasets or models by name",
        categories_for_names,
    ),
    LintRule(
        "link_alone",
        "a link where the content belongs",
        "say in the field what a reader finds behind the link",
        links_alone,
    ),
    LintRule(
        "respect_beside_reserved",
        "reservations said to be respected, while reserved documents are used without a licence on record",
        "remove the documents (policy, then `colophon run`), record the licence, or say what is not respected and why",
        respect_beside_reserved,
    ),
    LintRule(
        "fetched_without_look",
        "robots.txt said to be followed, while documents were fetched without a look at it or after one that failed",
        "say for how many documents it was not so, remove them, or add the looks that were kept to `signals`",
        fetches_without_look,
    ),
    LintRule(
        "dataset_cut",
        "a dataset said to be used as a whole, while documents of it were left out",
        "say what was left out, in the answer or in `selection` of the corpus file",
        datasets_cut,
    ),
    LintRule(
        "checkpoints_not_named",
        "checkpoints that used different content, while nobody says which of them the summary is about",
        "name those of the models in 1.2a: `checkpoints: [NAME, …]` in the model's file, or --checkpoint",
        checkpoints_not_named,
    ),
    LintRule(
        "language_not_found",
        "a language that an answer names and that no used text was found to be in",
        "take it out of the answer, or add the source that holds it",
        languages_not_found,
    ),
    LintRule(
        "dataset_not_used",
        "a dataset that an answer names and of which nothing is kept and used",
        "take it out of the answer, or find out why its documents were dropped (`colophon report`)",
        datasets_not_used,
    ),
    LintRule(
        "yes_without_content",
        "a question answered yes, while the record holds no used content of the kind",
        "answer no, or add the missing sources to the corpus file and run again",
        yes_without_content,
    ),
    LintRule(
        "used_against_record",
        "content that the training log names as used and that the record leaves out of training",
        "see which in the view used_against_record; correct what leaves it out and run again, or train without it",
        from_query("used_against_record"),
    ),
    LintRule(
        "synthetic_without_generator",
        "a used synthetic source whose generating model is not named",
        "name the models under synthetic.generators of the source",
        from_query("synthetic_without_generator"),
    ),
    LintRule(
        "art3_without_organisation",
        "the legal basis tdm_art3, while no research organisation is named",
        "name it as research_organisation in the provider's file, or correct legal_basis",
        art3_without_organisation,
    ),
    LintRule(
        "crawl_without_domain",
        "used crawled documents without an address, so that their domains cannot be listed",
        "map the address (fields.url) of the source, so that its domains can be listed",
        from_query("crawl_without_domain"),
    ),
    LintRule(
        "unreadable_date",
        "a date that is none, or not written DD/MM/YYYY, YYYY-MM-DD or in words; none at all where one belongs",
        "write the day as DD/MM/YYYY",
        unreadable_dates,
    ),
    LintRule(
        "placed_before_acquisition",
        "a placement on the market before the last training content was acquired",
        "correct the date of placement, or the dates of collection in the corpus file",
        placed_before_acquisition,
    ),
    LintRule(
        "collection_dates",
        "a collection that ends before it begins, or dates of a source that lie in the future",
        "correct collected, obtained or users in the corpus file",
        from_query("collection_dates"),
    ),
    LintRule(
        "fetched_outside_collection",
        "documents fetched before or after the collection that the corpus file states",
        "correct collected in the corpus file, or the mapping of fetched_at",
        from_query("fetched_outside_collection"),
    ),
    LintRule("signed_in_the_future", "an answer given on a day still to come", "correct `on`", signed_in_the_future),
    LintRule(
        "answered_before_content",
        "a description given or confirmed before the last of what it describes was acquired",
        "read it again, correct it, and put the day into `on`",
        answered_before_content,
    ),
    LintRule(
        "confirmed_before_record",
        "a draft confirmed before the record began from which it is drafted",
        "read what it says now, and put the day into `on`",
        confirmed_before_record,
    ),
    LintRule(
        "first_version_after_placement",
        "a first version made after the model was placed on the market",
        "name the earlier versions (H1, or a ledger), or correct the date of placement",
        first_version_after_placement,
    ),
    LintRule(
        "update_due",
        "six months since the last update, while the model went on being trained on new data",
        "add the new data to the record, run again, and publish the new summary",
        update_due,
    ),
    LintRule(
        "review_overdue",
        "answers whose day of review (review_by) has passed",
        "look through them again and move review_by",
        reviews_overdue,
    ),
    LintRule(
        "next_review_passed",
        "a published day of a next review that has passed",
        "review, and give the next day",
        next_reviews_passed,
    ),
    LintRule(
        "policy_overdue",
        "a policy on reservations whose day of review (review_by) has passed",
        "look through the policy again, move its review_by and run",
        policies_overdue,
    ),
)
