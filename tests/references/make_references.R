# Makes the reference tables of this folder with R; the tests read them and need no R.
#
#   cd tests/references && Rscript make_references.R
#
# Debian: r-base, r-cran-psych, r-cran-survival. The versions used stand in each header.
# Formulas are taken the long way round where R has no function of its own: finite populations by trying every
# population.

suppressPackageStartupMessages({
  library(psych)
  library(survival)
})
options(warn = 1)
set.seed(2569)

versions <- paste0(
  R.version.string, "; psych ", packageVersion("psych"),
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

# Intervals of k of n drawn from a population ------------------------------------------------------------

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

# Comparisons ----------------------------------------------------------------------------------------------

changes <- rbind(c(794, 86, 150, 570), c(10, 3, 9, 3), c(12, 0, 5, 8), c(1, 30, 12, 40), c(5, 4, 4, 5))
rows <- list()
for (i in seq_len(nrow(changes))) {
  x <- changes[i, ]
  rows[[i]] <- data.frame(
    both = as.integer(x[1]), lost = as.integer(x[2]), gained = as.integer(x[3]), neither = as.integer(x[4]),
    exact_p = binom.test(x[2], x[2] + x[3])$p.value
  )
}
put("mcnemar", do.call(rbind, rows),
  "stats::binom.test of the units that changed. First row: Agresti (1990) p. 350, in the examples of mcnemar.test.")

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
    set = name, mean_difference = mean(b - a), df = as.numeric(t$parameter),
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
    set = name, alpha = suppressWarnings(psych::alpha(x, check.keys = FALSE))$total$raw_alpha
  )
}
put("reliability", do.call(rbind, rows),
  "psych::alpha (raw_alpha) on the complete rows of attitude.csv and likert.csv.")

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
steps <- list()
for (name in unique(cases$set)) {
  x <- cases[cases$set == name, ]
  shares <- c(.1, .25, .4, .5, .75)
  q <- quantile(survfit(Surv(time, served) ~ 1, x), shares, conf.int = FALSE)
  steps[[name]] <- data.frame(set = name, share = shares, time = as.numeric(q))
}
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
