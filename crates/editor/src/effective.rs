//! What a setting comes to in an environment, and who says so.

use slipway_design::{
    Arch, Count, Design, FUNCTION_MEMORY, FUNCTION_TIMEOUT, Function, Image, SERVICE_CPU,
    SERVICE_MEMORY, Service,
};

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The element itself.
    Own,
    /// The chosen environment overrides it.
    Environment,
    /// `[defaults]`.
    Defaults,
    /// Nobody: this is what holds without it.
    Implied,
}

/// A value and who set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Effective<T> {
    fn pick(over: Option<T>, own: Option<T>, defaults: Option<T>, implied: T) -> Self {
        let (value, origin) = if let Some(value) = over {
            (value, Origin::Environment)
        } else if let Some(value) = own {
            (value, Origin::Own)
        } else if let Some(value) = defaults {
            (value, Origin::Defaults)
        } else {
            (implied, Origin::Implied)
        };
        Self { value, origin }
    }

    /// The value, where anybody but nature set it.
    fn given(over: Option<T>, own: Option<T>, defaults: Option<T>) -> Option<Self> {
        let (value, origin) = over
            .map(|value| (value, Origin::Environment))
            .or(own.map(|value| (value, Origin::Own)))
            .or(defaults.map(|value| (value, Origin::Defaults)))?;
        Some(Self { value, origin })
    }
}

/// A design seen from one environment; `None` sees it without overrides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) design: &'a Design,
    pub(crate) environment: Option<&'a str>,
}

impl<'a> View<'a> {
    fn over_function(&self, key: &str) -> Option<&'a Function> {
        let environment = self.design.environments.get(self.environment?)?;
        environment.functions.get(key)
    }

    fn over_service(&self, key: &str) -> Option<&'a Service> {
        let environment = self.design.environments.get(self.environment?)?;
        environment.services.get(key)
    }

    pub(crate) fn function(&self, key: &str) -> Option<FunctionView<'a>> {
        Some(FunctionView {
            design: self.design,
            own: self.design.functions.get(key)?,
            over: self.over_function(key),
        })
    }

    pub(crate) fn service(&self, key: &str) -> Option<ServiceView<'a>> {
        Some(ServiceView {
            design: self.design,
            own: self.design.services.get(key)?,
            over: self.over_service(key),
        })
    }
}

/// A function with its environment's overrides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionView<'a> {
    design: &'a Design,
    pub(crate) own: &'a Function,
    over: Option<&'a Function>,
}

impl<'a> FunctionView<'a> {
    fn pick<T>(
        &self,
        of: impl Fn(&'a Function) -> Option<T>,
        defaults: Option<T>,
        implied: T,
    ) -> Effective<T> {
        Effective::pick(self.over.and_then(&of), of(self.own), defaults, implied)
    }

    pub(crate) fn given<T>(&self, of: impl Fn(&'a Function) -> Option<T>) -> Option<Effective<T>> {
        Effective::given(self.over.and_then(&of), of(self.own), None)
    }

    pub(crate) fn image(&self) -> Option<Effective<&'a Image>> {
        self.given(|function| function.image.as_ref())
    }

    /// MiB. 128 is Lambda's own default.
    pub(crate) fn memory(&self) -> Effective<u32> {
        self.pick(
            |function| function.memory,
            self.design.defaults.memory,
            FUNCTION_MEMORY,
        )
    }

    /// Seconds. 3 is Lambda's own default.
    pub(crate) fn timeout(&self) -> Effective<u32> {
        self.pick(
            |function| function.timeout,
            self.design.defaults.timeout,
            FUNCTION_TIMEOUT,
        )
    }

    pub(crate) fn arch(&self) -> Effective<Arch> {
        self.pick(
            |function| function.arch,
            self.design.defaults.arch,
            Arch::X86_64,
        )
    }
}

/// A service with its environment's overrides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceView<'a> {
    design: &'a Design,
    pub(crate) own: &'a Service,
    over: Option<&'a Service>,
}

impl<'a> ServiceView<'a> {
    pub(crate) fn given<T>(&self, of: impl Fn(&'a Service) -> Option<T>) -> Option<Effective<T>> {
        Effective::given(self.over.and_then(&of), of(self.own), None)
    }

    fn pick<T>(
        &self,
        of: impl Fn(&'a Service) -> Option<T>,
        defaults: Option<T>,
        implied: T,
    ) -> Effective<T> {
        Effective::pick(self.over.and_then(&of), of(self.own), defaults, implied)
    }

    pub(crate) fn image(&self) -> Option<Effective<&'a Image>> {
        self.given(|service| service.image.as_ref())
    }

    pub(crate) fn port(&self) -> Option<Effective<u16>> {
        self.given(|service| service.port)
    }

    /// CPU units, 1024 = 1 vCPU; 256 is the smallest Fargate task.
    pub(crate) fn cpu(&self) -> Effective<u32> {
        self.pick(|service| service.cpu, None, SERVICE_CPU)
    }

    /// MiB.
    pub(crate) fn memory(&self) -> Effective<u32> {
        self.pick(
            |service| service.memory,
            self.design.defaults.memory,
            SERVICE_MEMORY,
        )
    }

    pub(crate) fn count(&self) -> Effective<Count> {
        self.pick(|service| service.count.clone(), None, Count::Fixed(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_design::Environment;

    fn design() -> Design {
        let mut design = Design::default();
        design.defaults.timeout = Some(7);
        let orders = Function {
            memory: Some(256),
            ..Function::default()
        };
        design.functions.insert("orders".into(), orders);
        let over = Function {
            memory: Some(1024),
            ..Function::default()
        };
        let mut prod = Environment::default();
        prod.functions.insert("orders".into(), over);
        design.environments.insert("prod".into(), prod);
        design
            .environments
            .insert("dev".into(), Environment::default());
        design
    }

    #[test]
    fn the_environment_wins_then_the_element_then_the_defaults() {
        let design = design();
        let prod = View {
            design: &design,
            environment: Some("prod"),
        };
        let orders = prod.function("orders").unwrap();
        assert_eq!(
            (orders.memory().value, orders.memory().origin),
            (1024, Origin::Environment)
        );
        assert_eq!(
            (orders.timeout().value, orders.timeout().origin),
            (7, Origin::Defaults)
        );

        let dev = View {
            design: &design,
            environment: Some("dev"),
        };
        assert_eq!(dev.function("orders").unwrap().memory().value, 256);
        assert!(dev.function("gone").is_none());
    }
}
