//! Bonds with level coupons: price and yield by the convention of the street, duration, convexity, spread over a curve.

use gage_calendar::{Date, HolidayCalendar};

use crate::error::finite;
use crate::math::root;
use crate::{Curve, QuantError};

/// A bond of 100 with level coupons on a regular schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Bond {
    /// The date before the first coupon that matters, then every coupon date; the last repays.
    pub dates: Vec<Date>,
    /// Per year, of 100.
    pub coupon: f64,
    /// Coupons per year.
    pub frequency: u32,
}

/// What a bond is worth at a yield, per 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Analytics {
    /// With the interest accrued.
    pub dirty: f64,
    /// Interest since the last coupon; below zero where the next coupon stays with the seller.
    pub accrued: f64,
    /// Years to the money, weighted by worth (Macaulay).
    pub duration: f64,
    /// The part of the price lost per unit of yield.
    pub modified_duration: f64,
    /// The bend of the price by the yield, as a part of it.
    pub convexity: f64,
}

impl Analytics {
    /// Without the interest accrued.
    pub fn clean(&self) -> f64 {
        self.dirty - self.accrued
    }
}

/// The first day on which a coupon stays with the seller: so many days before it.
#[derive(Clone, Copy, Debug)]
pub enum ExCoupon<'a> {
    /// Never.
    None,
    /// Days of the week.
    Calendar(i32),
    /// Business days.
    Business(u32, &'a HolidayCalendar),
}

impl ExCoupon<'_> {
    fn starts(&self, coupon: Date) -> Option<Date> {
        match self {
            ExCoupon::None => None,
            ExCoupon::Calendar(days) => coupon.plus_days(-days).ok(),
            ExCoupon::Business(days, calendar) => {
                let mut date = coupon;
                let mut left = *days;
                while left > 0 {
                    date = date.plus_days(-1).ok()?;
                    left -= u32::from(calendar.is_business_day(date));
                }
                Some(date)
            }
        }
    }
}

impl Bond {
    /// The coupon period with a settlement, the part of it that has passed, and whether the coupon has gone.
    fn place(&self, settlement: Date, ex: &ExCoupon<'_>) -> Result<(usize, f64, bool), QuantError> {
        let next = self.dates.partition_point(|date| *date <= settlement);
        let (Some(after), Some(before)) = (self.dates.get(next), next.checked_sub(1).and_then(|i| self.dates.get(i)))
        else {
            return Err(QuantError::Contradiction("settlement outside the bond's life"));
        };
        let passed = f64::from(before.days_until(settlement)) / f64::from(before.days_until(*after));
        Ok((next, passed, ex.starts(*after).is_some_and(|start| settlement >= start)))
    }

    fn level(&self) -> f64 {
        self.coupon / f64::from(self.frequency)
    }

    /// Interest accrued, per 100: the part of the period that has passed (Actual/Actual ICMA).
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for a settlement outside the bond's life.
    pub fn accrued(&self, settlement: Date, ex: &ExCoupon<'_>) -> Result<f64, QuantError> {
        let (_, passed, gone) = self.place(settlement, ex)?;
        Ok(self.level() * if gone { passed - 1.0 } else { passed })
    }

    /// Periods from settlement to each payment, and the payments.
    fn flows(&self, settlement: Date, ex: &ExCoupon<'_>) -> Result<Vec<(f64, f64)>, QuantError> {
        let (next, passed, gone) = self.place(settlement, ex)?;
        let last = self.dates.len().saturating_sub(1);
        let flow = |i: usize| {
            let coupon = if i == next && gone { 0.0 } else { self.level() };
            ((i - next) as f64 + 1.0 - passed, coupon + if i == last { 100.0 } else { 0.0 })
        };
        Ok((next..=last).map(flow).collect())
    }

    /// Everything at a yield that is compounded with the coupons.
    ///
    /// # Errors
    /// As [`Bond::accrued`]; [`QuantError::OutsideDomain`] for a yield that takes a period below nothing.
    pub fn at_yield(&self, settlement: Date, yield_: f64, ex: &ExCoupon<'_>) -> Result<Analytics, QuantError> {
        let n = f64::from(self.frequency);
        let growth = 1.0 + yield_ / n;
        if growth.is_nan() || growth <= 0.0 {
            return Err(QuantError::OutsideDomain);
        }
        let (mut dirty, mut weighted, mut bent) = (0.0, 0.0, 0.0);
        for (periods, amount) in self.flows(settlement, ex)? {
            let worth = amount * growth.powf(-periods);
            dirty += worth;
            weighted += periods / n * worth;
            bent += periods * (periods + 1.0) / (n * n) * worth;
        }
        let duration = weighted / dirty;
        Ok(Analytics {
            dirty: finite(dirty)?,
            accrued: self.accrued(settlement, ex)?,
            duration,
            modified_duration: duration / growth,
            convexity: bent / (dirty * growth * growth),
        })
    }

    /// The yield at a clean price.
    ///
    /// # Errors
    /// As [`Bond::at_yield`]; [`QuantError::NoConvergence`] outside -90 % to 1000 %.
    pub fn yield_at(&self, settlement: Date, clean: f64, ex: &ExCoupon<'_>) -> Result<f64, QuantError> {
        let miss = |y: f64| self.at_yield(settlement, y, ex).map_or(f64::NAN, |at| at.clean() - clean);
        root(-0.9, 10.0, 1e-15, miss)
    }

    /// What the flows cost on a curve with a continuous spread; years are Actual/365 from settlement.
    ///
    /// # Errors
    /// As [`Bond::accrued`].
    pub fn on_curve(&self, settlement: Date, curve: &Curve, spread: f64, ex: &ExCoupon<'_>) -> Result<f64, QuantError> {
        let (next, _, _) = self.place(settlement, ex)?;
        let flows = self.flows(settlement, ex)?;
        let dated = self.dates.iter().skip(next).zip(flows);
        let worth = |(date, (_, amount)): (&Date, (f64, f64))| {
            let years = f64::from(settlement.days_until(*date)) / 365.0;
            amount * curve.discount(years) * (-spread * years).exp()
        };
        finite(dated.map(worth).sum())
    }

    /// The continuous spread over a curve that gives a clean price.
    ///
    /// # Errors
    /// As [`Bond::on_curve`]; [`QuantError::NoConvergence`] outside -50 % to 500 %.
    pub fn z_spread(&self, settlement: Date, curve: &Curve, clean: f64, ex: &ExCoupon<'_>) -> Result<f64, QuantError> {
        let dirty = clean + self.accrued(settlement, ex)?;
        let miss = |spread: f64| self.on_curve(settlement, curve, spread, ex).map_or(f64::NAN, |worth| worth - dirty);
        root(-0.5, 5.0, 1e-15, miss)
    }
}
