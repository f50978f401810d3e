//! Who somebody is: a signed token, and no row per guest.

use std::collections::HashSet;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use openline_protocol::{PersonId, Token};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Signs and verifies tokens with one key, which is on disk before it is used.
#[derive(Clone)]
pub(crate) struct Identity {
    sign: EncodingKey,
    verify: DecodingKey,
    rules: Validation,
}

/// The token can't be made, or is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token does not verify")]
pub(crate) struct BadToken;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
}

impl Identity {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // It holds for as long as the key does: an identity that ends by itself would strand its owner's drafts.
        rules.required_spec_claims = HashSet::new();
        rules.validate_exp = false;
        Self { sign: EncodingKey::from_secret(key), verify: DecodingKey::from_secret(key), rules }
    }

    /// Somebody new.
    pub(crate) fn stranger() -> PersonId {
        PersonId(uuid::Builder::from_random_bytes(rand::random()).into_uuid())
    }

    /// The token of a person.
    pub(crate) fn token(&self, person: PersonId) -> Result<Token, BadToken> {
        let token = jsonwebtoken::encode(&Header::default(), &Claims { sub: person.0 }, &self.sign);
        token.map(|token| Token(token.into())).map_err(|_| BadToken)
    }

    /// Whose token this is.
    pub(crate) fn person(&self, token: &Token) -> Result<PersonId, BadToken> {
        let claims =
            jsonwebtoken::decode::<Claims>(token.0.as_bytes(), &self.verify, &self.rules).map_err(|_| BadToken)?;
        Ok(PersonId(claims.claims.sub))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_who_it_was_made_for() {
        let identity = Identity::new(b"a key");
        let person = Identity::stranger();
        assert_eq!(identity.person(&identity.token(person).unwrap()), Ok(person));
    }

    #[test]
    fn a_token_of_another_key_or_changed_or_unsigned_is_nobodys() {
        let identity = Identity::new(b"a key");
        let other = Identity::new(b"another key").token(Identity::stranger()).unwrap();
        assert_eq!(identity.person(&other), Err(BadToken));
        let good = identity.token(Identity::stranger()).unwrap();
        let mut changed = good.0.to_string();
        changed.insert(changed.len() / 2, 'A');
        assert_eq!(identity.person(&Token(changed.into())), Err(BadToken));
        // {"alg":"none"}
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", good.0.split('.').nth(1).unwrap());
        assert_eq!(identity.person(&Token(unsigned.into())), Err(BadToken));
        assert_eq!(identity.person(&Token("".into())), Err(BadToken));
    }
}
