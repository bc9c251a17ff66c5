"""Devices that train, with the public source of every number (theory 1.2).

Speed is peak speed times the share of it that training sustains. Life is calendar time: training
pays rent for the time it occupies a device. A number that could not be traced to a public figure
says *illustrative*. Prices are list prices in USD, without tax; sources were read in 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

from derelayl_econ.errors import InputError, did_you_mean

__all__ = ["EGRESS_PRICE", "HARDWARE", "Hardware", "Sourced", "find_hardware"]


@dataclass(frozen=True)
class Sourced:
    """A number, its unit and where it comes from."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """A device preset; every entry is a :class:`Sourced` number.

    Attributes
    ----------
    name : str
        The device, in words.
    peak_flops : Sourced
        Peak speed, FLOP/s, in the number format that training uses.
    utilisation : Sourced
        Share of the peak that training sustains.
    watts : Sourced
        Power drawn while training, W.
    price : Sourced
        Purchase price, USD.
    life : Sourced
        Calendar life, hours.
    energy_price : Sourced
        Price of electricity where such a device runs, USD/kWh.
    """

    name: str
    peak_flops: Sourced
    utilisation: Sourced
    watts: Sourced
    price: Sourced
    life: Sourced
    energy_price: Sourced

    @property
    def sustained_flops(self) -> float:
        """Sustained speed, FLOP/s."""
        return self.peak_flops.value * self.utilisation.value


_HOURS_PER_YEAR = 8766  # 365.25 days

_HOME_POWER = Sourced(
    0.16, "USD/kWh", "US EIA, Today in Energy, 11 September 2024: US residential average 2023, "
    "16 c/kWh. For comparison, EU households paid 0.285 EUR/kWh (Eurostat nrg_pc_204, second half "
    "of 2023)",
)  # fmt: skip
_INDUSTRY_POWER = Sourced(
    0.0806, "USD/kWh", "US EIA (March 2024, by way of Statista 190680): US industrial average "
    "2023, 8.06 c/kWh",
)  # fmt: skip
_TAX_LIFE = Sourced(
    5 * _HOURS_PER_YEAR, "h", "IRS Publication 946: computers and peripheral equipment are "
    "5-year property",
)  # fmt: skip

EGRESS_PRICE = Sourced(
    0.09, "USD/GB", "Amazon EC2 on-demand price list, data out to the internet, first 10 TB a "
    "month (finopsforge.com/reduce-aws-data-transfer-costs); a flat home line costs less",
)  # fmt: skip
"""Default price of moving one GB (10^9 bytes)."""

HARDWARE: dict[str, Hardware] = {
    "phone": Hardware(
        name="phone with Apple A14 (iPhone 12)",
        peak_flops=Sourced(
            1.3e12, "FLOP/s", "half of Apple's figure for the M1 (2.6e12, FP32): the A14 has 4 of "
            "the M1's 8 GPU cores of the same design",
        ),
        utilisation=Sourced(
            0.1, "1", "illustrative: a throttled phone keeps about a quarter of its first-minute "
            "speed (arkhatic.com/writing/thermal-wall), and training reaches less than half of it",
        ),
        watts=Sourced(
            5.0, "W", "lower end of the 5-10 W that a flagship phone dissipates "
            "(electronicsguide.net, Mobile and Portable Device Thermal Management)",
        ),
        price=Sourced(600.0, "USD", "illustrative: near the average price paid in the Reviews.org "
                      "2025 smartphone survey, as reported by secondarymarket.news"),
        life=Sourced(2.53 * _HOURS_PER_YEAR, "h", "BankMyCell (2024): average life of a "
                     "smartphone in the US, 2.53 years"),
        energy_price=_HOME_POWER,
    ),
    "laptop": Hardware(
        name="laptop with Apple M1 (MacBook Air 2020)",
        peak_flops=Sourced(2.6e12, "FLOP/s", "Apple, November 2020: M1 GPU, 2.6 TFLOPS, FP32"),
        utilisation=Sourced(0.3, "1", "illustrative: below the .38-.43 of tuned data-centre runs"),
        watts=Sourced(
            39.0, "W", "Apple support page on Mac mini power consumption: M1 (2020), 39 W at "
            "maximum, as tabulated by Daring Fireball, January 2021; same chip, stronger cooling",
        ),
        price=Sourced(1249.0, "USD", "Apple, 10 November 2020: MacBook Air with the 8-core GPU, "
                      "$1,249 (2.6 TFLOPS are of all 8 cores; the model from $999 has 7)"),
        life=_TAX_LIFE,
        energy_price=_HOME_POWER,
    ),
    "consumer-gpu": Hardware(
        name="NVIDIA GeForce RTX 4090 (the card alone)",
        peak_flops=Sourced(
            165.2e12, "FLOP/s", "NVIDIA Ada GPU architecture whitepaper: FP16/BF16 tensor, FP32 "
            "accumulate, dense, 165.2 TFLOPS (also waredb.com, gigagpu.com)",
        ),
        utilisation=Sourced(0.35, "1", "illustrative: below the .38-.43 of tuned data-centre runs"),
        watts=Sourced(450.0, "W", "NVIDIA, September 2022: total graphics power 450 W"),
        price=Sourced(1599.0, "USD", "NVIDIA, September 2022: launch price $1,599"),
        life=_TAX_LIFE,
        energy_price=_HOME_POWER,
    ),
    "datacenter-gpu": Hardware(
        name="NVIDIA H100 SXM (the board alone)",
        peak_flops=Sourced(
            989.4e12, "FLOP/s", "NVIDIA H100 datasheet: BF16 tensor, dense, 989.4 TFLOPS "
            "(glennklockwood.com/garden/processors/h100)",
        ),
        utilisation=Sourced(
            0.41, "1", "Llama team (2024), The Llama 3 Herd of Models, arXiv 2407.21783, table 4: "
            "BF16 model FLOPs utilisation .41 on 16,384 H100 (range .38-.43)",
        ),
        watts=Sourced(700.0, "W", "NVIDIA H100 datasheet: SXM, up to 700 W; host and cooling are "
                      "not included"),
        price=Sourced(27_500.0, "USD", "middle of the press range 25,000-30,000 USD "
                      "(awesomeagents.ai/hardware/nvidia-h100)"),
        life=Sourced(6 * _HOURS_PER_YEAR, "h", "Alphabet, form 10-K for 2022: useful life of "
                     "servers changed to six years"),
        energy_price=_INDUSTRY_POWER,
    ),
}  # fmt: skip
"""Presets by name: phone, laptop, consumer-gpu, datacenter-gpu."""


def find_hardware(name: str) -> Hardware:
    """Return the preset of that name, or raise :class:`.InputError` with the nearest one.

    Examples
    --------
    >>> find_hardware("laptop").price.value
    1249.0
    """
    if not isinstance(name, str) or name not in HARDWARE:
        raise InputError("hardware", name, "be the name of a preset",
                         hint=did_you_mean(name, HARDWARE))  # fmt: skip
    return HARDWARE[name]
