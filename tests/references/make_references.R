# Makes the reference tables of this folder with R; the tests read them and need no R.
#
#   cd tests/references && Rscript make_references.R
#
# Debian: r-base, r-cran-survey, r-cran-psych, r-cran-survival. The versions used stand in each header.
# Formulas are taken the long way round where R has no function of its own: limits are found by solving their
# defining equations, finite populations by trying every population.

suppressPackageStartupMessages({
  library(survey)
  library(psych)
  library(survival)
})
options(warn = 1)
set.seed(2569)

versions <- paste0(
  R.version.string, "; survey ", packageVersion("survey"), ", psych ", packageVersion("psych"),
  ", survival ", packageVersion("survival")
)

number <- function(x) ifelse(is.na(x), "", trimws(formatC(x, digits = 15, format = "g")))

put <- function(name, frame, ...) {
  for (column in names(frame)) if (is.double(frame[[column]])) frame[[column]] <- number(frame[[column]])
  out <- file(paste0(name, ".csv"), "wt", encoding = "UTF-8")
  writeLines(paste("#", c(..., paste("Made by make_references.R with", versions))), out)
  write.csv(frame, out, row.names = FALSE, quote = FALSE, na = "", eol = "\n")
  close(out)
}

solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 10000)$root

# Intervals of k of n --------------------------------------------------------------------------------------

wilson <- function(k, n, level) suppressWarnings(prop.test(k, n, conf.level = level, correct = FALSE))$conf.int

jeffreys <- function(k, n, level) {
  a <- (1 - level) / 2
  c(if (k == 0) 0 else qbeta(a, k + .5, n - k + .5), if (k == n) 1 else qbeta(1 - a, k + .5, n - k + .5))
}

agresti_coull <- function(k, n, level) {
  z <- qnorm(1 - (1 - level) / 2)
  p <- (k + z^2 / 2) / (n + z^2)
  pmin(1, pmax(0, p + c(-1, 1) * z * sqrt(p * (1 - p) / (n + z^2))))
}

mid_p <- function(k, n, level) {
  a <- (1 - level) / 2
  above <- function(p) pbinom(k, n, p, lower.tail = FALSE) + dbinom(k, n, p) / 2
  below <- function(p) pbinom(k - 1, n, p) + dbinom(k, n, p) / 2
  c(
    if (k == 0) 0 else solve_for(function(p) above(p) - a, 0, 1),
    if (k == n) 1 else solve_for(function(p) below(p) - a, 0, 1)
  )
}

exact_finite <- function(k, n, N, level) {
  K <- k:(N - n + k)
  at_least <- phyper(k - 1, K, N - K, n, lower.tail = FALSE)
  at_most <- phyper(k, K, N - K, n)
  a <- (1 - level) / 2
  c(min(K[at_least > a]), max(K[at_most > a])) / N
}

# Roots of (k/n - p)^2 = z^2 p (1 - p) / n * (N - n) / (N - 1), cut to what is possible.
wilson_finite <- function(k, n, N, level) {
  if (n == N) return(c(k, k) / n)
  z <- qnorm(1 - (1 - level) / 2)
  q <- k / n
  s <- z^2 / n * (N - n) / (N - 1)
  found <- sort(Re(polyroot(c(q^2, -(2 * q + s), 1 + s))))
  c(max(found[1], k / N), min(found[2], (N - n + k) / N))
}

counts <- rbind(
  c(0, 1), c(1, 1), c(1, 2), c(0, 20), c(1, 29), c(3, 8), c(12, 25), c(24, 25), c(25, 25), c(15, 148),
  c(81, 263), c(59, 1150), c(299, 1363), c(1470, 2559)
)
methods <- list(
  wilson = wilson, clopper_pearson = function(k, n, level) binom.test(k, n, conf.level = level)$conf.int,
  jeffreys = jeffreys, agresti_coull = agresti_coull, mid_p = mid_p
)
rows <- list()
for (method in names(methods)) for (i in seq_len(nrow(counts))) for (level in c(.9, .95, .99)) {
  limits <- methods[[method]](counts[i, 1], counts[i, 2], level)
  rows[[length(rows) + 1]] <- data.frame(
    method = method, k = as.integer(counts[i, 1]), n = as.integer(counts[i, 2]), level = level,
    low = limits[1], high = limits[2]
  )
}
put("proportion_intervals", do.call(rbind, rows),
  "Intervals for k of n: stats::prop.test (Wilson), stats::binom.test (Clopper-Pearson), stats::qbeta (Jeffreys,",
  "ends as Brown, Cai and DasGupta 2001), stats::qnorm (Agresti-Coull), stats::uniroot on the tails (mid-P).")

drawn <- rbind(
  c(12, 21, 25), c(21, 21, 25), c(0, 21, 25), c(20, 24, 25), c(13, 25, 25), c(25, 25, 25), c(3, 10, 76),
  c(40, 60, 76), c(0, 5, 76), c(300, 400, 1000), c(7, 150, 2559), c(1, 1, 2), c(5, 8, 16)
)
rows <- list()
for (method in c("exact_finite", "wilson_finite")) for (i in seq_len(nrow(drawn))) for (level in c(.9, .95)) {
  limits <- get(method)(drawn[i, 1], drawn[i, 2], drawn[i, 3], level)
  rows[[length(rows) + 1]] <- data.frame(
    method = method, k = as.integer(drawn[i, 1]), n = as.integer(drawn[i, 2]),
    population = as.integer(drawn[i, 3]), level = level, low = limits[1], high = limits[2]
  )
}
put("finite_intervals", do.call(rbind, rows),
  "Intervals for k of n drawn from a population: every population tried with stats::phyper (exact),",
  "and the score equation with the finite population factor solved by base::polyroot (Wilson).")

pairs <- rbind(
  c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(0, 10, 0, 10),
  c(10, 10, 0, 20), c(10, 10, 0, 10), c(1470, 2559, 299, 1363), c(12, 25, 9, 21)
)
newcombe <- function(x, level) {
  p <- c(x[1] / x[2], x[3] / x[4])
  a <- wilson(x[1], x[2], level)
  b <- wilson(x[3], x[4], level)
  d <- p[1] - p[2]
  c(d, d - sqrt((p[1] - a[1])^2 + (b[2] - p[2])^2), d + sqrt((a[2] - p[1])^2 + (p[2] - b[1])^2))
}
rows <- list()
for (i in seq_len(nrow(pairs))) for (level in c(.9, .95)) {
  found <- newcombe(pairs[i, ], level)
  rows[[length(rows) + 1]] <- data.frame(
    k1 = as.integer(pairs[i, 1]), n1 = as.integer(pairs[i, 2]), k2 = as.integer(pairs[i, 3]),
    n2 = as.integer(pairs[i, 4]), level = level, estimate = found[1], low = found[2], high = found[3]
  )
}
put("proportion_differences", do.call(rbind, rows),
  "Difference of two proportions, Newcombe (1998) method 10, from the Wilson limits of stats::prop.test.",
  "The first eight pairs are the examples of his Table II.")

# Survey designs -------------------------------------------------------------------------------------------

data(api)
keep <- c("stype", "dnum", "snum", "api00", "enroll", "meals", "target", "sch.wide", "awards", "pw", "fpc")
tell <- "California schools, survey::api (Academic Performance Index; Lumley), columns used here."
put("api_strat", apistrat[keep], tell, "Stratified sample of 200 schools: strata stype, fpc = schools a stratum.")
put("api_clus1", apiclus1[keep], tell, "Sample of 15 of 757 districts, all their schools: clusters dnum, fpc.")
put("api_srs", apisrs[keep], tell, "Simple random sample of 200 of 6194 schools.")

designs <- list(
  strat = svydesign(~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat),
  strat_no_fpc = svydesign(~1, strata = ~stype, weights = ~pw, data = apistrat),
  clus1 = svydesign(~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1),
  srs = svydesign(~1, fpc = ~fpc, data = apisrs)
)
rows <- list()
for (name in names(designs)) {
  d <- designs[[name]]
  for (v in c("api00", "enroll", "meals", "target")) {
    f <- as.formula(paste0("~", v))
    answered <- d[!is.na(d$variables[[v]]), ]
    df <- degf(answered)
    for (what in c("mean", "total")) {
      fit <- (if (what == "mean") svymean else svytotal)(f, d, na.rm = TRUE, deff = TRUE)
      limits <- confint(fit, df = df)
      rows[[length(rows) + 1]] <- data.frame(
        design = name, variable = v, statistic = what, value = as.numeric(coef(fit)), se = as.numeric(SE(fit)),
        low = limits[1], high = limits[2], deff = as.numeric(deff(fit)), df = df
      )
    }
  }
  for (v in c("sch.wide", "awards")) {
    d <- update(d, yes = as.numeric(d$variables[[v]] == "Yes"))
    fit <- svymean(~yes, d, deff = TRUE)
    p <- svyciprop(~yes, d, method = "logit")
    limits <- attr(p, "ci")
    rows[[length(rows) + 1]] <- data.frame(
      design = name, variable = v, statistic = "proportion", value = as.numeric(p), se = as.numeric(SE(fit)),
      low = limits[[1]], high = limits[[2]], deff = as.numeric(deff(fit)), df = degf(d)
    )
  }
}
put("survey_estimates", do.call(rbind, rows),
  "survey::svymean, svytotal (na.rm, deff, confint with degf) and svyciprop(method = 'logit') on the api files.")

rows <- list()
for (name in names(designs)) for (pair in list(c("sch.wide", "awards"), c("stype", "awards"), c("stype", "sch.wide"))) {
  # With strata stype the margins of that variable are fixed by the design.
  f <- as.formula(paste("~", pair[1], "+", pair[2]))
  one <- svychisq(f, designs[[name]], statistic = "F")
  two <- svychisq(f, designs[[name]], statistic = "Chisq")
  rows[[length(rows) + 1]] <- data.frame(
    design = name, row = pair[1], column = pair[2], f = as.numeric(one$statistic),
    f_df1 = as.numeric(one$parameter[1]), f_df2 = as.numeric(one$parameter[2]), f_p = as.numeric(one$p.value),
    chi_square = as.numeric(two$statistic), chi_square_df = as.numeric(two$parameter),
    chi_square_p = as.numeric(two$p.value)
  )
}
put("survey_tests", do.call(rbind, rows), "survey::svychisq, statistic = 'F' and 'Chisq', on the api files.")

# Comparisons ----------------------------------------------------------------------------------------------

tables <- list(
  job_satisfaction = matrix(c(1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11), 4, 4),
  tea_tasting = matrix(c(3, 1, 1, 3), 2), convictions = matrix(c(2, 10, 15, 3), 2),
  three = matrix(c(10, 5, 3, 4, 8, 9, 2, 6, 12), 3, byrow = TRUE),
  even = matrix(5, 3, 4), sparse = matrix(c(3, 0, 5, 1, 2, 6, 1, 4, 0, 3, 4, 2), 3, byrow = TRUE),
  wide = matrix(c(12, 8, 5, 3, 2, 9, 9, 7, 2, 1), 2, byrow = TRUE),
  many = matrix(c(4, 2, 1, 0, 3, 1, 5, 2, 2, 0, 3, 3, 1, 4, 1), 3, byrow = TRUE),
  tall = matrix(c(4, 0, 0, 5, 3, 2, 1, 6), 4, byrow = TRUE),
  units = matrix(c(10, 2, 5, 4, 1, 3), 3, byrow = TRUE)
)
rows <- list()
for (name in names(tables)) {
  x <- tables[[name]]
  plain <- suppressWarnings(chisq.test(x, correct = FALSE))
  rows[[length(rows) + 1]] <- data.frame(
    name = name, table = paste(apply(x, 1, paste, collapse = " "), collapse = ";"),
    exact_p = fisher.test(x)$p.value, chi_square = as.numeric(plain$statistic), df = as.numeric(plain$parameter),
    p = plain$p.value, smallest_expected = min(plain$expected), small_cells = mean(plain$expected < 5)
  )
}
put("tables", do.call(rbind, rows),
  "stats::fisher.test and stats::chisq.test(correct = FALSE). job_satisfaction: Agresti (2002) p. 57; tea_tasting:",
  "Agresti (1990) p. 61; convictions: Fisher (1962), all three in the examples of R's fisher.test; others made up.")

changes <- rbind(c(794, 86, 150, 570), c(10, 3, 9, 3), c(12, 0, 5, 8), c(1, 30, 12, 40), c(5, 4, 4, 5))
rows <- list()
for (i in seq_len(nrow(changes))) {
  x <- changes[i, ]
  test <- mcnemar.test(matrix(x, 2, byrow = TRUE))
  rows[[i]] <- data.frame(
    both = as.integer(x[1]), lost = as.integer(x[2]), gained = as.integer(x[3]), neither = as.integer(x[4]),
    statistic = as.numeric(test$statistic), p = test$p.value, exact_p = binom.test(x[2], x[2] + x[3])$p.value
  )
}
put("mcnemar", do.call(rbind, rows),
  "stats::mcnemar.test and stats::binom.test. First row: Agresti (1990) p. 350, in the examples of mcnemar.test.")

p <- c(.01, .04, .03, .005, .8, .04, .2, 1e-6)
put("holm", data.frame(p = p, adjusted = p.adjust(p, "holm")), "stats::p.adjust(method = 'holm')")

# Training -------------------------------------------------------------------------------------------------

scores <- list(
  sleep = list(pre = sleep$extra[1:10], post = sleep$extra[11:20]),
  depression = list(
    pre = c(1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30),
    post = c(0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29)
  ),
  quiz = list(
    pre = c(8, 12, 20, 9, 11, 14, 7, 10, 13, 15, 6, 12, 9, 20, 16), post = c(15, 17, 20, 16, 18, 19, 14, 15, 13, 20, 13, 18, 17, 19, 20)
  ),
  large = {
    pre <- pmin(20, pmax(0, round(rnorm(60, 11, 3), 2)))
    list(pre = pre, post = pmin(20, pmax(0, round(pre + rnorm(60, 1, 2), 2))))
  }
)
rows <- list()
data <- list()
for (name in names(scores)) {
  a <- scores[[name]]$pre
  b <- scores[[name]]$post
  data[[name]] <- data.frame(set = name, pre = a, post = b)
  # Differences that are equal on paper must be equal for the ranks.
  d <- round(b - a, 9)
  t <- t.test(b, a, paired = TRUE)
  w <- suppressWarnings(wilcox.test(d))
  rows[[name]] <- data.frame(
    set = name, mean_difference = mean(b - a), t = as.numeric(t$statistic), df = as.numeric(t$parameter), p = t$p.value,
    low = t$conf.int[1], high = t$conf.int[2], dz = mean(b - a) / sd(b - a), v = as.numeric(w$statistic),
    signed_rank_p = w$p.value, exact = as.integer(grepl("exact", w$method))
  )
}
put("paired_scores", do.call(rbind, data),
  "Scores before and after. sleep: Student (1908), datasets::sleep; depression: Hollander and Wolfe (1973) p. 29, in the",
  "examples of R's wilcox.test; quiz and large: made up.")
put("paired_tests", do.call(rbind, rows), "stats::t.test(paired = TRUE) and stats::wilcox.test on paired_scores.csv.")

put("attitude", attitude, "datasets::attitude (Chatterjee and Price 1977), 30 departments of an organisation.")
factor <- rnorm(80)
likert <- as.data.frame(sapply(c(.9, .7, .8, .5, .6), function(l) pmin(5, pmax(1, round(3.6 + l * factor + rnorm(80, 0, .7))))))
likert[3, 2] <- NA
likert[17, 5] <- NA
names(likert) <- paste0("q", 1:5)
for (column in names(likert)) likert[[column]] <- as.integer(likert[[column]])
put("likert", likert, "Made-up answers of 80 persons to five questions from 1 to 5, two of them blank.")
rows <- list()
for (name in c("attitude", "likert")) {
  x <- na.omit(get(name))
  rows[[name]] <- data.frame(
    set = name, alpha = suppressWarnings(psych::alpha(x, check.keys = FALSE))$total$raw_alpha,
    omega = suppressWarnings(suppressMessages(omega(x, nfactors = 1, plot = FALSE)))$omega.tot
  )
}
put("reliability", do.call(rbind, rows),
  "psych::alpha (raw_alpha) and psych::omega(nfactors = 1)$omega.tot on the complete rows of attitude.csv and likert.csv.")

# Time to service ------------------------------------------------------------------------------------------

data(cancer, package = "survival")
cases <- rbind(
  data.frame(set = "aml", time = aml$time, served = as.integer(aml$status == 1)),
  data.frame(set = "ovarian", time = ovarian$futime, served = as.integer(ovarian$fustat == 1)),
  data.frame(set = "lung", time = lung$time, served = as.integer(lung$status == 2)),
  data.frame(set = "all_served", time = c(3, 8, 8, 23, 24, 24, 25, 40), served = 1L)
)
put("waiting_times", cases,
  "survival::aml, ovarian, lung (times in days, served = event) and made-up times without open cases (all_served).")
rows <- list()
steps <- list()
for (name in unique(cases$set)) {
  x <- cases[cases$set == name, ]
  fit <- survfit(Surv(time, served) ~ 1, x, conf.type = "log-log")
  for (limit in unique(round(quantile(x$time[x$served == 1], c(0, .1, .25, .4, .5, .6, .75, .9), type = 1)))) {
    s <- summary(fit, times = limit)
    rows[[length(rows) + 1]] <- data.frame(
      set = name, limit = limit, share = 1 - s$surv, se = s$std.err, low = 1 - s$upper, high = 1 - s$lower
    )
  }
  shares <- c(.1, .25, .4, .5, .75)
  q <- quantile(fit, shares, conf.int = FALSE)
  steps[[name]] <- data.frame(set = name, share = shares, time = as.numeric(q))
}
put("served_within", do.call(rbind, rows), "survival::survfit(conf.type = 'log-log') on waiting_times.csv.")
put("waiting_quantiles", do.call(rbind, steps), "survival::quantile.survfit on waiting_times.csv; blank: never reached.")

ozone <- airquality$Ozone[!is.na(airquality$Ozone)]
put("ozone", data.frame(ozone = ozone), "datasets::airquality$Ozone without blanks.")
at <- c(0, .05, .1, .25, .5, .75, .9, .95, 1)
put("percentiles", data.frame(share = at, value = as.numeric(quantile(ozone, at, type = 7))), "stats::quantile(type = 7) of ozone.csv.")

# Social return --------------------------------------------------------------------------------------------

map <- data.frame(
  quantity = c(100, 59, 8, 1363), proxy = c(1200, 36000.5, 150000, 500), deadweight = c(.1, .35, 0, 1),
  attribution = c(.2, .25, .5, .1), displacement = c(0, .05, .1, 0), drop_off = c(0, .2, .5, .1),
  duration = c(1L, 5L, 3L, 2L), rate = c(.035, .035, .05, .035)
)
map$impact <- with(map, quantity * proxy * (1 - deadweight) * (1 - attribution) * (1 - displacement))
# The sum of the years as a geometric series.
map$present_value <- with(map, {
  q <- (1 - drop_off) / (1 + rate)
  impact / (1 + rate) * (1 - q^duration) / (1 - q)
})
put("social_return", map,
  "Impact and present value of outcomes after A Guide to Social Return on Investment (The SROI Network 2012), stages 4",
  "and 5, the years summed as a geometric series.")
